"""Every reader of bytes from a jail: what it starts from, and what must hold."""

import json
import re
import signal
import struct
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final, cast

import numpy as np

from grader.contract import codec, control
from grader.contract.codec import Bounds, Frame, FrameError, FrameKind, decode, encode
from grader.contract.control import EXIT_LAYOUT, read_exit, read_ready
from grader.contract.limits import Limits
from grader.contract.messages import (
    ALLOWED_DTYPES,
    Bundle,
    Call,
    Case,
    Outcome,
    Phase,
    Reply,
)
from tests.jail.fuzzing import Target
from worker.jail import dialogue, outcomes, wording
from worker.jail.conversation import Conversation, EndedError
from worker.jail.dialogue import Dialogue
from worker.jail.outcomes import Ending, Stop, conclude
from worker.jail.server import Exit
from worker.jail.wording import visible_log

BOUNDS: Final = Bounds(array_bytes=4096)
LIMITS: Final = Limits(reply_bytes=4096)
# Stands for the right nonce, which hostile code knows once it has read the request.
RIGHT: Final = struct.pack("<Q", 7)
_HEADER_BYTES: Final = 21
_BUNDLE: Final = Bundle({"mlp.py": b""}, "mlp.py")
_CASE: Final = Case((Call("linear"),) * 3, LIMITS)
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]")
_RNG: Final = np.random.default_rng(5)


def source(raw: bytes) -> tuple[Callable[[memoryview], None], Callable[[], int]]:
    """Return what reads the bytes as a pipe gives them, and how many are left."""
    at = 0

    def read_into(buffer: memoryview) -> None:
        nonlocal at
        if len(buffer) > len(raw) - at:
            raise EndedError
        buffer[:] = raw[at : at + len(buffer)]
        at += len(buffer)

    return read_into, lambda: len(raw) - at


def wire(frame: Frame) -> bytes:
    return b"".join(encode(frame))


def require_frame(frame: Frame, bounds: Bounds) -> None:
    """Demand of an accepted frame what everyone relies on."""
    arrays = frame.arrays.values()
    assert all(type(array) is np.ndarray for array in arrays)
    assert all(array.dtype in ALLOWED_DTYPES for array in arrays)
    assert all(array.flags.owndata and array.flags.writeable for array in arrays)
    assert sum(array.nbytes for array in arrays) <= bounds.array_bytes
    assert len(frame.arrays) <= bounds.arrays
    assert len(frame.texts) <= bounds.texts
    assert all(len(text.encode()) <= bounds.text_bytes for text in frame.texts.values())
    assert all(name.isprintable() for name in (*frame.arrays, *frame.texts))


def _read_frame(raw: bytes) -> tuple[Frame, int] | None:
    """Return a frame and how many bytes it took."""
    read_into, left = source(raw)
    try:
        return decode(read_into, BOUNDS), len(raw) - left()
    except (FrameError, EndedError):
        return None


def _require_frame(raw: bytes, found: tuple[Frame, int]) -> bool:
    frame, used = found
    require_frame(frame, BOUNDS)
    if not any(array.dtype == np.bool_ for array in frame.arrays.values()):
        # There is one way to write a frame; only a bool may come as any byte.
        assert wire(frame) == raw[:used]
    return True


def _read_locked(raw: bytes) -> Frame | None:
    """Read the first frame of a child, which carries no array."""
    try:
        return decode(source(raw)[0], Bounds(array_bytes=0), 0)
    except (FrameError, EndedError):
        return None


def _require_locked(_: bytes, frame: Frame) -> bool:
    return not frame.arrays


class Recorded:
    """A conversation with a child that has said everything beforehand."""

    sent_at = 0.0

    def __init__(self, raw: bytes) -> None:
        self._read_into, _ = source(raw)

    def send(self, frames: Sequence[Frame]) -> None:
        """Write the request to nobody."""
        for frame in frames:
            encode(frame)

    def receive(self, bounds: Bounds, nonce: int, _deadline: float) -> Frame:
        """Return the next frame, as if its writer had known the nonce."""

        def read_into(buffer: memoryview) -> None:
            self._read_into(buffer)
            if len(buffer) == _HEADER_BYTES and buffer[4:12] == RIGHT:
                buffer[4:12] = struct.pack("<Q", nonce)

        return decode(read_into, bounds, nonce)

    def cpu_seconds(self) -> float | None:
        """Return that it is not known."""
        return None


def _read_answers(raw: bytes) -> tuple[Dialogue, Ending | None]:
    talk = Dialogue(cast("Conversation", Recorded(raw)), LIMITS)
    return talk, talk.run(_BUNDLE, _CASE)


def _require_answers(_: bytes, found: tuple[Dialogue, Ending | None]) -> bool:
    talk, ending = found
    assert len(talk.replies) <= len(_CASE.calls)
    for reply in talk.replies:
        _require_reply(reply)
    assert re.fullmatch("[a-z0-9_]{0,32}", talk.blocked_call)
    if ending is not None:
        outcome, fault = conclude(ending, Exit(0, 0.0, 0), LIMITS)
        assert outcome is not Outcome.COMPLETED
        assert not _UNSAFE.search(fault.message)
    return ending is None and all(r.fault is None for r in talk.replies)


def _require_reply(reply: Reply) -> None:
    require_frame(Frame(0, FrameKind.COMPLETED, reply.arrays), Bounds(4096, 1 << 20))
    texts = [*reply.notes, *reply.notes.values()]
    if reply.fault is not None:
        fault = reply.fault
        texts += [fault.kind, fault.message, fault.file, fault.traceback]
        assert 0 <= fault.line < 10**9
    assert not any(_UNSAFE.search(text) for text in texts)
    assert (reply.fault is None) == (reply.outcome is Outcome.COMPLETED)


def _read_ready(message: bytes) -> dict[str, int | str] | None:
    try:
        return read_ready(message[: control.LARGEST_MESSAGE])
    except FrameError:
        return None


def _require_ready(_: bytes, facts: dict[str, int | str]) -> bool:
    assert all(isinstance(value, (int, str)) for value in facts.values())
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    return True


def _read_exit(message: bytes) -> Exit | None:
    try:
        return Exit(*read_exit(message))
    except FrameError:
        return None


def _require_exit(_: bytes, done: Exit) -> bool:
    assert 0 <= done.cpu_seconds < float("inf")
    assert 0 <= done.peak_memory_bytes < 1 << 53
    if done.signal != signal.SIGKILL:
        outcome, fault = conclude(Ending(Stop.ENDED, Phase.CALL), done, LIMITS)
        assert outcome is not Outcome.COMPLETED
        assert fault.message
    return True


def _read_log(raw: bytes) -> str:
    return visible_log(raw, ("/usr/lib/python3",))


def _require_log(raw: bytes, text: str) -> bool:
    assert not _UNSAFE.search(text)
    assert len(text) <= 6 * len(raw)
    return True


def _frames() -> list[Frame]:
    arrays = {
        f"a{number}": np.ones((2,) * (number % 7)).astype(dtype)
        for number, dtype in enumerate(ALLOWED_DTYPES)
    }
    fault = {
        "fault.kind": "ValueError",
        "fault.message": "shapes (4, 5) and (4, 5) are not aligned",
        "fault.phase": "backward",
        "fault.file": "mlp.py",
        "fault.line": "12",
        "fault.traceback": 'File "mlp.py", line 12, in backward',
        "note.modified": "x",
    }
    out = {"out": _RNG.normal(size=(4, 5)), "mask": np.array([True, False])}
    empty = {"out": np.zeros((3, 0)), "n": np.array(2.5)}
    return [
        Frame(7, FrameKind.COMPLETED, arrays),
        Frame(7, FrameKind.COMPLETED, out, {"note.modified": "x, grad_out"}),
        Frame(7, FrameKind.COMPLETED, empty),
        Frame(7, FrameKind.PARTIAL, out, {"phase": "backward"}),
        Frame(7, FrameKind.RAISED, {}, fault),
        Frame(7, FrameKind.OUT_OF_MEMORY, {}, fault),
        Frame(7, FrameKind.BAD_OUTPUT, out, fault),
    ]


def _answers(frames: Sequence[Frame]) -> list[bytes]:
    """Return whole dialogues: the submission loads, then something is answered."""
    loaded = wire(Frame(7, FrameKind.COMPLETED))
    partial = wire(frames[3])
    return [
        loaded + wire(frames[0]) * 3,
        *(loaded + partial + wire(frame) + wire(frames[1]) * 2 for frame in frames),
        wire(frames[4]),
    ]


def _targets() -> dict[str, Target]:
    frames = _frames()
    answers = _answers(frames)
    blocked = wire(Frame(7, FrameKind.BLOCKED, {}, {"name": "ptrace"}))
    loaded = wire(Frame(7, FrameKind.COMPLETED))
    exits = [EXIT_LAYOUT.pack(b"X", status, 0.1, 0.2, 9) for status in (0, 256, 9, 31)]
    locked = [wire(Frame(0, FrameKind.LOCKED)), blocked]
    facts = [b'R{"landlock": 7}', b'R{"a": "b", "c": 0, "d": true}']
    logs = ["loss 0.5\r\n\x1b[31m\u202e/usr/lib/python3/x.py".encode(), b"\xff\xc3"]
    asked = (dialogue, codec, outcomes, wording)
    few: dict[str, Any] = {"most_bytes": 1 << 19, "most_lines": 5_000}
    many: dict[str, Any] = {"most_bytes": 1 << 20, "most_lines": 50_000}
    begun = [loaded + blocked, loaded + blocked + wire(frames[1]) * 3, blocked]
    read_frame, whole = (_read_frame, _require_frame), [*map(wire, frames), *locked]
    answered = (_read_answers, _require_answers)
    found = [
        Target("frame", whole, *read_frame, (codec,), **few),
        Target("answer", answers, *answered, asked, **many),
        Target("evidence", begun, *answered, asked, **many),
        Target("locked", locked, _read_locked, _require_locked, (codec,), **few),
        Target("ready", facts, _read_ready, _require_ready, (control,), **few),
        Target("exit", exits, _read_exit, _require_exit, (control,), **few),
        Target("log", logs, _read_log, _require_log, (wording,), **few),
    ]
    return {target.name: target for target in found}


TARGETS: Final = MappingProxyType(_targets())
# How a number of inputs is shared out: most to what student code can reach.
SHARES: Final = MappingProxyType(
    {
        "frame": 0.6,
        "answer": 0.15,
        "evidence": 0.1,
        "locked": 0.04,
        "ready": 0.04,
        "exit": 0.03,
        "log": 0.04,
    }
)
