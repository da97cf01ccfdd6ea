"""Talk with one child over three pipes, so that it cannot make us wait or overflow."""

import os
import select
import time
from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Final

from grader.contract.codec import Bounds, Frame, FrameError, decode, encode
from grader.errors import SandboxUnavailableError
from worker.jail.server import Child

_PIECE: Final = 1 << 16
_PARTS_AT_ONCE: Final = 512
_STOOD_STILL_SECONDS: Final = 5.0
_BROKEN: Final = select.POLLHUP | select.POLLERR | select.POLLNVAL


class DeadlineError(Exception):
    """The child did not answer in time."""


class EndedError(Exception):
    """The child's end of the reply pipe is closed."""


class FloodError(Exception):
    """The child printed more than is put up with."""


class Conversation:
    """Frames in both directions under one deadline, with the log drained meanwhile.

    Nothing here blocks on the child: writes and reads are non-blocking, and each wait
    ends when the deadline does.

    Attributes
    ----------
    sent_at
        When the last of what was to be sent had gone out, by the clock that only runs
        forward.
    log, log_total
        What the child printed, cut, and how many bytes that was in all.
    """

    def __init__(self, child: Child, kept_bytes: int, fatal_bytes: int) -> None:
        self._child = child
        self._kept_bytes = kept_bytes
        self._fatal_bytes = fatal_bytes
        self._outgoing: deque[memoryview] = deque()
        self._deadline = 0.0
        self._log_open = True
        self.sent_at = 0.0
        self.log = bytearray()
        self.log_total = 0

    def send(self, frames: Iterable[Frame]) -> None:
        """Begin to send a request; it goes out while the answer is awaited.

        Raises
        ------
        ValueError
            If this is nothing that can be sent; the child has no part in it.
        """
        try:
            for frame in frames:
                self._outgoing.extend(encode(frame))
        except FrameError as error:
            raise ValueError(str(error)) from error

    def receive(self, bounds: Bounds, nonce: int, deadline: float) -> Frame:
        """Return the next frame.

        Raises
        ------
        DeadlineError, EndedError, FloodError, FrameError
            Instead of a frame. The child should be killed then.
        SandboxUnavailableError
            If this process itself did not run when the time was up.
        """
        self._deadline = deadline
        return decode(self._read_into, bounds, nonce)

    def cpu_seconds(self) -> float | None:
        """Return the child's processor time, ``None`` where it is not known."""
        return self._child.cpu_seconds()

    def drain(self) -> None:
        """Take what was printed and is still in the pipe."""
        while self._log_open and self._take_log():
            if self.log_total > self._fatal_bytes:
                return

    def _read_into(self, buffer: memoryview) -> None:
        while buffer:
            self._require_time()
            if self._outgoing:
                self._wait()
                continue
            try:
                count = os.readv(self._child.reply, [buffer])
            except BlockingIOError:
                self._wait()
                continue
            if count == 0:
                raise EndedError
            buffer = buffer[count:]

    def _require_time(self) -> None:
        late = time.monotonic() - self._deadline
        if late > _STOOD_STILL_SECONDS:
            # We wake at the deadline. Who was stopped for so long (a machine that was
            # suspended, a debugger) cannot tell whether the child was slow.
            raise SandboxUnavailableError(
                f"The worker itself stood still: it is {late:.0f} s late."
            )
        if late > 0:
            raise DeadlineError

    def _wait(self) -> None:
        """Wait for any pipe; write and drain what can be written and drained."""
        poll = select.poll()
        poll.register(self._child.reply, select.POLLIN)
        if self._log_open:
            poll.register(self._child.log, select.POLLIN)
        if self._outgoing:
            poll.register(self._child.request, select.POLLOUT)
        left = max(0.0, self._deadline - time.monotonic())
        for descriptor, events in poll.poll(left * 1000 + 1):
            self._serve(descriptor, events)
        if self.log_total > self._fatal_bytes:
            raise FloodError

    def _serve(self, descriptor: int, events: int) -> None:
        if descriptor == self._child.log:
            self._take_log()
        elif descriptor == self._child.request:
            self._write()
        elif self._outgoing:
            self._answered_too_early(events)

    def _answered_too_early(self, events: int) -> None:
        if events & select.POLLIN:
            raise FrameError("frame: an answer before the request was read")
        if events & _BROKEN:
            raise EndedError

    def _write(self) -> None:
        """Write as much as the pipe takes, small parts together."""
        try:
            parts = list(islice(self._outgoing, _PARTS_AT_ONCE))
            count = os.writev(self._child.request, parts)
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._outgoing.clear()
            return
        while self._outgoing and count >= len(self._outgoing[0]):
            count -= len(self._outgoing.popleft())
        if self._outgoing:
            self._outgoing[0] = self._outgoing[0][count:]
        else:
            self.sent_at = time.monotonic()

    def _take_log(self) -> bool:
        try:
            piece = os.read(self._child.log, _PIECE)
        except BlockingIOError:
            return False
        if not piece:
            self._log_open = False
            return False
        self.log_total += len(piece)
        self.log += piece[: max(0, self._kept_bytes - len(self.log))]
        return True
