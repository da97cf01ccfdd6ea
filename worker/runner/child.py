"""One locked child: reads the submission, answers calls, and is killed afterwards.

All calls of a case come as one request, which is read whole before the first call.

From the moment it has loaded the student's file nothing in this process can be trusted:
the trusted side believes a reply only as far as its numbers can be checked.
"""

import json
import os
import sys
from collections import deque
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from types import CodeType, ModuleType
from typing import Any, Final, NoReturn

import numpy as np

from grader.contract.codec import (
    REQUEST_BOUNDS,
    Frame,
    FrameKind,
    answer_nonce,
    decode,
    encode,
)
from grader.contract.control import BINDING_SOURCE, FILE_PREFIX
from grader.contract.messages import USED_STUBS, Array, Phase
from worker.runner import compiled, faults, loader, seeds
from worker.runner.bindings import base, built_in, command_line, foreign
from worker.runner.stand_ins import StandIns

REQUEST: Final = 3
REPLY: Final = 4
_PIECE: Final = 1 << 20

# Set by the fork server: modules that a student's file of the same name leaves alone.
protected_modules: Container[str] = frozenset()

_nonce = 0
# Given back when memory has run out, so that this can still be said.
_reserve = [bytearray(1 << 20)]


def take_descriptors(control: int, request: int, reply: int, log: int) -> None:
    """Arrange the pipes and close every other descriptor."""
    os.close(control)
    # First out of the way, so that no pipe overwrites another.
    request, reply, log = (_above(number) for number in (request, reply, log))
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.dup2(request, REQUEST, inheritable=False)
    os.dup2(reply, REPLY, inheritable=False)
    os.closerange(REPLY + 1, max(request, reply, log) + 1)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(  # type: ignore[union-attr]
            encoding="utf-8", errors="backslashreplace", line_buffering=True
        )


def _above(number: int) -> int:
    spare = []
    while number <= REPLY:
        spare.append(number)
        number = os.dup(number)
    for old in spare:
        os.close(old)
    return number


def report_blocked(name: str) -> None:
    """Tell the trusted side which system call this process is about to die of."""
    _send(FrameKind.BLOCKED, {}, {"name": name})


def serve() -> NoReturn:
    """Say that the lock is on, then answer until the request pipe is closed."""
    _send(FrameKind.LOCKED, {}, {})
    submission: _Submission | None = None
    while True:
        calls, last = _read_request()
        _answer_under(last.nonce)
        if last.kind is FrameKind.LOAD:
            submission = _load(last)
        elif submission is not None:
            for number in range(len(calls)):
                _answer_under(answer_nonce(last.nonce, number))
                # What was asked before may be forgotten: memory is the student's.
                submission.call(calls.popleft())


def _read_request() -> tuple[deque[Frame], Frame]:
    """Return the calls of a request and the frame that ends it."""
    calls: deque[Frame] = deque()
    left_bytes = REQUEST_BOUNDS.array_bytes
    while True:
        frame = decode(_read_into, replace(REQUEST_BOUNDS, array_bytes=left_bytes))
        if frame.kind is not FrameKind.CALL:
            return calls, frame
        left_bytes -= sum(array.nbytes for array in frame.arrays.values())
        calls.append(frame)


def _answer_under(nonce: int) -> None:
    global _nonce  # noqa: PLW0603 - one conversation for each process
    _nonce = nonce


def _read_into(buffer: memoryview) -> None:
    while buffer:
        count = os.readv(REQUEST, [buffer])
        if count == 0:
            os._exit(0)
        buffer = buffer[count:]


def _send(
    kind: FrameKind, arrays: Mapping[str, Array], texts: Mapping[str, str]
) -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):  # The student may have put anything there.
            stream.flush()
    for part in encode(Frame(_nonce, kind, arrays, texts)):
        at = 0
        while at < len(part):
            at += os.write(REPLY, part[at : at + _PIECE])


def _send_fault(
    error: BaseException,
    phase: Phase,
    files: Container[str],
    arrays: Mapping[str, Array],
    notes: Mapping[str, str],
) -> None:
    kind = FrameKind.RAISED
    if isinstance(error, faults.BadOutputError):
        kind = FrameKind.BAD_OUTPUT
    elif isinstance(error, MemoryError):
        kind = FrameKind.OUT_OF_MEMORY
        _reserve.clear()
    texts = faults.describe(error, phase, files)
    _send(kind, arrays, {**notes, **texts})


def _load(frame: Frame) -> "_Submission | None":
    files = {
        name.removeprefix(FILE_PREFIX): array.tobytes()
        for name, array in frame.arrays.items()
        if name.startswith(FILE_PREFIX)
    }
    seeds.reseed(int(frame.texts["seed"]))
    stand_ins = StandIns(json.loads(frame.texts["stubs"]))
    stand_ins.install()
    # Not how this process was started: a student's own parser finds nothing to refuse.
    sys.argv[:] = [frame.texts["entry"]]
    codes = _codes(frame, files)
    try:
        if BINDING_SOURCE in frame.arrays:
            source = frame.arrays[BINDING_SOURCE].tobytes()
            binding = foreign.load(source, codes.get(BINDING_SOURCE))
        else:
            binding = built_in(frame.texts["binding"])
        student, _ = loader.load(
            files,
            frame.texts["entry"],
            protected_modules,
            codes=codes,
            imported=command_line.entry_is_imported(),
        )
    except BaseException as error:
        _send_fault(error, Phase.LOAD, files, {}, _used(stand_ins))
        return None
    _send(FrameKind.COMPLETED, {}, {})
    reply_bytes = int(frame.texts["reply_bytes"])
    return _Submission(student, files, binding, stand_ins, reply_bytes)


def _codes(frame: Frame, files: Mapping[str, bytes]) -> dict[str, CodeType]:
    """Return what an earlier child compiled, or compile it for those to come."""
    if "compile" not in frame.texts:
        return compiled.unpacked(frame.arrays)
    binding = frame.arrays.get(BINDING_SOURCE)
    source = None if binding is None else binding.tobytes()
    sources = compiled.sources_of(files, source)
    codes = compiled.compile_ahead(sources, frame.texts["entry"])
    # Before anything of the student's runs, so this cannot be anything else.
    arrays = compiled.packed(codes, int(frame.texts["reply_bytes"]))
    _send(FrameKind.COMPILED, arrays, {})
    # Read back, as the others will: the order in a set's constant is another then.
    return compiled.unpacked(arrays) or codes


def _used(stand_ins: StandIns) -> dict[str, str]:
    if not stand_ins.used:
        return {}
    return {f"note.{USED_STUBS}": ",".join(sorted(stand_ins.used))}


class _Submission:
    """A loaded submission with the binding that asks it."""

    def __init__(
        self,
        student: ModuleType,
        files: Mapping[str, bytes],
        binding: base.Binding,
        stand_ins: StandIns,
        reply_bytes: int,
    ) -> None:
        self._student = student
        self._files = files
        self._binding = binding
        self._stand_ins = stand_ins
        self._reply_bytes = reply_bytes

    def call(self, frame: Frame) -> None:
        """Answer one call, whatever the student's code does."""
        seeds.reseed(int(frame.texts["seed"]))
        given = {name: array.copy() for name, array in frame.arrays.items()}
        options: dict[str, Any] = json.loads(frame.texts["options"])
        request = base.Request(frame.texts["action"], given, options)
        progress = _Progress(self._reply_bytes)
        try:
            for part in self._binding(self._student, request, progress):
                progress.add(part)
        except BaseException as error:
            notes = self._notes(progress, frame, given)
            _send_fault(error, progress.phase, self._files, progress.pending, notes)
            return
        notes = self._notes(progress, frame, given)
        _send(FrameKind.COMPLETED, progress.pending, notes)

    def _notes(
        self, progress: "_Progress", frame: Frame, given: Mapping[str, Array]
    ) -> dict[str, str]:
        return {**progress.note_texts(frame.arrays, given), **_used(self._stand_ins)}


class _Progress:
    """Collects results and sends them each time the next phase begins.

    So a loop without end in ``backward`` does not cost what ``forward`` returned.
    """

    def __init__(self, reply_bytes: int) -> None:
        self.phase = Phase.CALL
        self.notes: dict[str, str] = {}
        self.pending: dict[str, Array] = {}
        self._left = reply_bytes

    def enter(self, phase: Phase) -> None:
        """Tell the trusted side what comes next, with all results got so far."""
        self.phase = phase
        pending, self.pending = self.pending, {}
        _send(FrameKind.PARTIAL, pending, {"phase": phase.value})

    def add(self, part: Mapping[str, Array]) -> None:
        """Take results, unless they are more than will be read."""
        for name, array in part.items():
            if array.nbytes > self._left:
                raise faults.BadOutputError(
                    f"{name} is far larger than expected: an array of shape "
                    f"{array.shape}, {array.nbytes >> 20} MB."
                )
            self._left -= array.nbytes
            self.pending[name] = array

    def note_texts(
        self, sent: Mapping[str, Array], given: Mapping[str, Array]
    ) -> dict[str, str]:
        """Return the binding's notes and which inputs were changed in place."""
        changed = ", ".join(_changed(sent, given))
        notes = {**self.notes, **({"modified": changed} if changed else {})}
        return {f"note.{key}": value for key, value in notes.items()}


def _changed(sent: Mapping[str, Array], given: Mapping[str, Array]) -> Iterator[str]:
    for name, array in given.items():
        same = array.shape == sent[name].shape and array.dtype == sent[name].dtype
        if not same or not np.array_equal(
            array.reshape(-1).view(np.uint8), sent[name].reshape(-1).view(np.uint8)
        ):
            yield name
