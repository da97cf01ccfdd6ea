"""Start, use and end the fork server of one jail.

Starting costs an import of NumPy, so it goes on in the background: a server that was
started early is ready when a submission comes (`worker.jail.pool`).

The kernel kills the jail when the *thread* that started it ends. Start a server from
the thread that uses it, and keep it within that thread; a process of Celery's prefork
pool is fine.
"""

import array
import fcntl
import logging
import os
import select
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.contract.codec import FrameError
from grader.contract.control import (
    BORN,
    EXITED,
    FORK,
    FORK_LAYOUT,
    LARGEST_MESSAGE,
    READY,
    read_exit,
    read_ready,
)
from grader.contract.limits import Limits
from grader.errors import SandboxUnavailableError
from worker.jail.launch import Launch

log = logging.getLogger(__name__)

_CREDENTIALS: Final = struct.Struct("iII")
_STEP_SECONDS: Final = 10.0
_COMPLAINT_BYTES: Final = 8192
_CPU_CLOCK: Final = 2
_PIPE_BYTES: Final = 1 << 20
_STOPPED: Final = ("T", "t")
_MOST_LIKELY_TO_GO: Final = "1000"


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended and what it cost, as its parent in the jail saw it."""

    status: int
    cpu_seconds: float
    peak_memory_bytes: int

    @property
    def signal(self) -> int:
        """Return the signal that ended the process, or 0."""
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0


@dataclass(slots=True)
class Child:
    """The near ends of a child's pipes, and a handle that cannot mean another one."""

    pid: int
    handle: int
    request: int
    reply: int
    log: int

    def kill(self) -> None:
        """End the child now, whatever it is doing."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def cpu_seconds(self) -> float | None:
        """Return its processor time so far, ``None`` where the kernel does not say."""
        # How the C library makes the number of another process's clock.
        clock = (~self.pid << 3) | _CPU_CLOCK
        try:
            return time.clock_gettime(clock)
        except OSError:
            return None

    def is_frozen(self) -> bool:
        """Return whether it is stopped, which only somebody outside can have done.

        The filter forbids a child to send itself a signal that stops.
        """
        with suppress(OSError):
            return _stat_fields(self.pid)[0] in _STOPPED
        return False

    def ends_within(self, seconds: float) -> bool:
        """Return whether the child ends by itself in that time."""
        poll = select.poll()
        poll.register(self.handle, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def close(self) -> None:
        """Close every descriptor."""
        for descriptor in (self.handle, self.request, self.reply, self.log):
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class _Order:
    """A child that was asked for: memory and processor time, and its pipes here."""

    limits: tuple[int, int]
    pipes: tuple[int, int, int]

    def close(self) -> None:
        """Close the pipes of a child that never came."""
        for descriptor in self.pipes:
            os.close(descriptor)


def _kernel_limits(limits: Limits) -> tuple[int, int]:
    """Return what the kernel enforces, and a child cannot be given later."""
    return limits.memory_bytes, limits.cpu_seconds


class ForkServer:
    """A jail that is starting or ready, with nothing of a student in it yet.

    It becomes ready by itself while other work is done; see `await_ready`.

    Parameters
    ----------
    first
        Limits of a child to be made at once, before anybody asks for it.

    Raises
    ------
    SandboxUnavailableError
        If its first process cannot be started.
    """

    def __init__(self, launch: Launch, first: Limits | None = None) -> None:
        self.launch = launch
        self.pid = 0
        self._order: _Order | None = None
        self._waiting: Child | None = None
        self._waits_under = (0, 0)
        self._control, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._handle = -1
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._complaints, printed = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        archive = os.memfd_create("runner")
        try:
            os.write(archive, launch.inventory.archive)
            self._process = subprocess.Popen(
                launch.command(far.fileno(), archive),
                env=launch.environment,
                pass_fds=(far.fileno(), archive),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            self._control.close()
            os.close(self._complaints)
            raise SandboxUnavailableError(
                f"The jail could not be started: {error}"
            ) from error
        finally:
            for descriptor in (printed, archive):
                os.close(descriptor)
            far.close()
        with suppress(OSError):
            # When memory is short, the jail goes before anything else.
            path = Path(f"/proc/{self._process.pid}/oom_score_adj")
            path.write_text(_MOST_LIKELY_TO_GO, encoding="ascii")
        if first is not None:
            # It stays in the socket until the server is ready to read it.
            self._order = self._ordered(first)

    def await_ready(self, seconds: float) -> None:
        """Wait until it can fork; return at once if it has been ready before.

        Raises
        ------
        SandboxUnavailableError
            If it does not become ready in that time; the last line it printed is the
            reason. It is stopped then.
        """
        if self.pid:
            return
        try:
            message, self.pid = self._hear(READY, seconds)
            self._handle = os.pidfd_open(self.pid)
            self.facts = read_ready(message)
            self._await_first()
        except (FrameError, OSError) as error:
            self.stop()
            raise SandboxUnavailableError(
                f"The jail cannot be used: {error}"
            ) from error
        except BaseException:
            self.stop()
            raise

    def _await_first(self) -> None:
        order = self._order
        if order is not None:
            # Whatever comes of it, its pipes are no longer ours to close.
            self._order = None
            self._waiting, self._waits_under = self._born(order), order.limits
        if self.has_ended():
            # Killed so early that what it holds did not notice.
            raise SandboxUnavailableError("The jail ended while it started.")

    def has_ended(self) -> bool:
        """Return whether the server, what holds it, or a child that waits is gone."""
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        if self._waiting is not None:
            poll.register(self._waiting.handle, select.POLLIN)
        return self._process.poll() is not None or bool(poll.poll(0))

    def fork(self, limits: Limits) -> Child:
        """Return a child that waits, still empty, behind its own lock.

        Raises
        ------
        SandboxUnavailableError
            If the jail does not answer.
        """
        if self.has_ended():
            # What it holds may live for some moments more, and is not used any more.
            raise SandboxUnavailableError("The jail ended.")
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            if self._waits_under == _kernel_limits(limits):
                return waiting
            waiting.kill()
            self.reap()
            waiting.close()
        return self._born(self._ordered(limits))

    def _ordered(self, limits: Limits) -> "_Order":
        """Ask for a child, without waiting for it."""
        request_far, request = os.pipe2(os.O_CLOEXEC)
        reply, reply_far = os.pipe2(os.O_CLOEXEC)
        printed, printed_far = os.pipe2(os.O_CLOEXEC)
        far = (request_far, reply_far, printed_far)
        near = (request, reply, printed)
        order = _Order(_kernel_limits(limits), near)
        try:
            self._send(FORK_LAYOUT.pack(FORK, *order.limits), far)
        except OSError as error:
            order.close()
            raise SandboxUnavailableError(str(error)) from error
        finally:
            for descriptor in far:
                os.close(descriptor)
        return order

    def _born(self, order: "_Order") -> Child:
        """Wait for the child that was asked for."""
        try:
            _, pid = self._hear(BORN, _STEP_SECONDS)
            handle = os.pidfd_open(pid)
        except (OSError, SandboxUnavailableError) as error:
            order.close()
            raise SandboxUnavailableError(str(error)) from error
        request, reply, _ = order.pipes
        for descriptor in order.pipes:
            os.set_blocking(descriptor, False)
        for descriptor in (request, reply):
            # Else each 64 KB wake the other side once more. A user may only have so
            # much of it: with less it is slower, and nothing else.
            with suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return Child(pid, handle, *order.pipes)

    def reap(self) -> Exit:
        """Wait for the word that the child, which must be dying, has ended.

        Raises
        ------
        SandboxUnavailableError
            If that word does not come.
        """
        message, _ = self._hear(EXITED, _STEP_SECONDS)
        try:
            return Exit(*read_exit(message))
        except FrameError as error:
            raise SandboxUnavailableError(f"The jail said: {error}") from error

    def cpu_seconds(self) -> float:
        """Return the processor time of every process of the jail that is not gone."""
        first = _stat_fields(self.pid)
        # The server with the children it has waited for, who started it, and the
        # first process of a process namespace.
        ticks = sum(int(value) for value in first[11:15])
        for pid in {self._process.pid, int(first[1])} - {self.pid, os.getpid()}:
            ticks += sum(int(value) for value in _stat_fields(pid)[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """Kill the jail without waiting for its end."""
        if self._process.returncode is None:
            # Its whole group: bubblewrap that dies while it starts leaves a process
            # that waits for it for ever. Nobody else can have this number before the
            # process has been waited for.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Kill every process of the jail and wait until they are gone."""
        self.kill()
        self._process.wait()
        if self._handle >= 0:
            # In a process namespace it is no child of ours, and may still be dying.
            poll = select.poll()
            poll.register(self._handle, select.POLLIN)
            poll.poll(_STEP_SECONDS * 1000)
            os.close(self._handle)
        for unused in (self._waiting, self._order):
            if unused is not None:
                unused.close()
        self._waiting = self._order = None
        self._control.close()
        os.close(self._complaints)

    def _send(self, message: bytes, descriptors: tuple[int, ...]) -> None:
        packed = array.array("i", descriptors)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, packed)]
        self._control.sendmsg([message], rights)

    def _hear(self, expected: bytes, seconds: float) -> tuple[bytes, int]:
        """Return the next message, which must be of a kind, and who sent it."""
        message, sender = self._receive(time.monotonic() + seconds)
        if not message:
            raise SandboxUnavailableError(f"The jail ended: {self._complaint()}")
        if message[:1] != expected:
            raise SandboxUnavailableError(f"The jail said {message[:1]!r}.")
        return message, sender

    def _receive(self, deadline: float) -> tuple[bytes, int]:
        self._control.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            message, extra, _, _ = self._control.recvmsg(
                LARGEST_MESSAGE, socket.CMSG_SPACE(_CREDENTIALS.size)
            )
        except TimeoutError as error:
            raise SandboxUnavailableError("The jail did not answer in time.") from error
        except OSError as error:
            # Reset: it ended while something that we had said was still unread.
            raise SandboxUnavailableError(f"The jail ended: {error}") from error
        return message, next(_senders(extra), 0)

    def _complaint(self) -> str:
        """Return the last line that the jail printed before it ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STEP_SECONDS)
        try:
            raw = os.read(self._complaints, _COMPLAINT_BYTES)
        except BlockingIOError:
            raw = b""
        text = raw.decode(errors="replace").strip()
        log.info("the jail could not start: %s", text)
        return text.rpartition("\n")[2] or "it gave no reason"


def _stat_fields(pid: int) -> list[str]:
    """Return the fields of ``/proc/PID/stat`` from the state on."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return text.rpartition(")")[2].split()


def _senders(extra: list[tuple[int, int, bytes]]) -> Iterator[int]:
    for level, kind, raw in extra:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            yield _CREDENTIALS.unpack(raw[: _CREDENTIALS.size])[0]
