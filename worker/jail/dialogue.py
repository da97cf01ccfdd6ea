"""One case with one child: the submission, then all its calls, answered in order."""

import re
import time
from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from grader.contract.codec import (
    Bounds,
    Frame,
    FrameError,
    FrameKind,
    answer_nonce,
)
from grader.contract.control import CODE_PREFIX
from grader.contract.limits import Limits
from grader.contract.messages import (
    Array,
    Bundle,
    Case,
    Fault,
    Outcome,
    Phase,
    Reply,
)
from worker.jail.conversation import (
    Conversation,
    DeadlineError,
    EndedError,
    FloodError,
)
from worker.jail.outcomes import Ending, Stop
from worker.jail.requests import calls_request, load_request
from worker.jail.wording import clean

_MOST_PARTS: Final = 256
# All answers of a case together are held in memory, so they are bounded as well.
_LARGEST_CASE: Final = 4
# An array without bytes still has a name and a header; so these are bounded, too.
_MOST_ENTRIES: Final = 1 << 17
_MOST_CHARACTERS: Final = 64 << 20
_NOTE: Final = "note."
_CALL_NAME: Final = re.compile(r"[a-z0-9_]{1,32}")
_STOPS: Final[Mapping[type[Exception], Stop]] = {
    DeadlineError: Stop.DEADLINE,
    FloodError: Stop.FLOOD,
    EndedError: Stop.ENDED,
    FrameError: Stop.UNREADABLE,
}
_FINAL: Final = {
    FrameKind.COMPLETED: Outcome.COMPLETED,
    FrameKind.RAISED: Outcome.RAISED,
    FrameKind.OUT_OF_MEMORY: Outcome.OUT_OF_MEMORY,
    FrameKind.BAD_OUTPUT: Outcome.BAD_OUTPUT,
}


@dataclass(slots=True)
class Attempt:
    """What has come back so far of an answer that is not complete.

    Parameters
    ----------
    begun
        When the answer before it ended, by the clock that only runs forward.
    cpu_begun
        The child's processor time at that moment.
    seconds
        How long it was awaited in vain.
    """

    phase: Phase
    left_bytes: int
    begun: float = 0.0
    cpu_begun: float | None = None
    seconds: float = 0.0
    arrays: dict[str, Array] = field(default_factory=dict)
    parts: int = 0


class Dialogue:
    """Sends the submission and the calls of a case, and collects the replies.

    All calls are one request, unless they are to be asked one by one. The child reads
    it whole before it starts on the first call, and only then knows the nonces of its
    answers. From there on it may answer as early as it likes, but only in order.

    Attributes
    ----------
    replies
        The complete ones.
    attempt
        The answer that is awaited, or that never came.
    blocked_call
        The system call that the child says it dies of.
    compiled
        The submission's code, given before or made by this child; never looked into.
    """

    def __init__(
        self,
        talk: Conversation,
        limits: Limits,
        compiled: Mapping[str, Array] | None = None,
    ) -> None:
        self.talk = talk
        self.limits = limits
        self.replies: list[Reply] = []
        self.attempt = Attempt(Phase.LOAD, 0)
        self.blocked_call = ""
        self.compiled = compiled
        self._files: Container[str] = ()
        self._left_bytes = _LARGEST_CASE * limits.reply_bytes
        self._left_entries = _MOST_ENTRIES
        self._left_characters = _MOST_CHARACTERS

    def run(self, bundle: Bundle, case: Case) -> Ending | None:
        """Return why it ended early, or ``None``."""
        self._files = bundle.files
        try:
            loaded = self._load(bundle, case)
            if loaded.outcome is not Outcome.COMPLETED:
                self.replies.append(loaded)
            elif case.calls:
                self._ask(case)
        except tuple(_STOPS) as error:
            self.attempt.seconds = self._seconds()
            detail = clean(str(error), 500)
            return Ending(_STOPS[type(error)], self.attempt.phase, detail)
        return None

    def _seconds(self) -> float:
        return time.monotonic() - max(self.attempt.begun, self.talk.sent_at)

    def _cpu_seconds(self) -> float | None:
        begun, now = self.attempt.cpu_begun, self.talk.cpu_seconds()
        return None if begun is None or now is None else now - begun

    def _load(self, bundle: Bundle, case: Case) -> Reply:
        seed = case.calls[0].seed if case.calls else 0
        limit = self.limits.reply_bytes
        request = load_request(bundle, seed, limit, self.compiled)
        self.talk.send([request])
        return self._answer(request.nonce, Phase.LOAD, self.limits.load_seconds)

    def _ask(self, case: Case) -> None:
        requests = [[call] for call in case.calls] if case.one_by_one else [case.calls]
        for calls in requests:
            frames = calls_request(calls)
            self.talk.send(frames)
            for number in range(len(calls)):
                nonce = answer_nonce(frames[-1].nonce, number)
                reply = self._answer(nonce, Phase.CALL, self.limits.wall_seconds)
                self.replies.append(reply)

    def _answer(self, nonce: int, phase: Phase, seconds: float) -> Reply:
        attempt = Attempt(
            phase, self.limits.reply_bytes, time.monotonic(), self.talk.cpu_seconds()
        )
        self.attempt = attempt
        while attempt.parts < _MOST_PARTS:
            attempt.parts += 1
            bounds = Bounds(array_bytes=min(attempt.left_bytes, self._left_bytes))
            frame = self.talk.receive(bounds, nonce, attempt.begun + seconds)
            self._charge(frame, attempt)
            if frame.kind is FrameKind.COMPILED:
                self._keep(frame, attempt)
                continue
            attempt.arrays.update(frame.arrays)
            if frame.kind in _FINAL:
                attempt.seconds = self._seconds()
                return _reply(frame, attempt, self._cpu_seconds(), self._files)
            self._note(frame, attempt)
        raise FrameError("frame: too many parts of an answer")

    def _charge(self, frame: Frame, attempt: Attempt) -> None:
        """Take what a frame holds off what the answer and the case may hold."""
        size = sum(array.nbytes for array in frame.arrays.values())
        attempt.left_bytes -= size
        self._left_bytes -= size
        self._left_entries -= len(frame.arrays) + len(frame.texts)
        self._left_characters -= sum(map(len, frame.texts.values()))
        if min(self._left_entries, self._left_characters) < 0:
            raise FrameError("frame: the answers of a case hold too many entries")

    def _keep(self, frame: Frame, attempt: Attempt) -> None:
        """Keep the code for later children, if the student had no part in it.

        It is the very first thing that a child says after it was given the files. Later
        ones the student's code could have sent, and so have told what it was asked.
        """
        if self.compiled is not None or attempt.phase is not Phase.LOAD:
            raise FrameError("frame: compiled code that nobody asked for")
        if attempt.parts > 1 or not all(map(_is_code, frame.arrays)):
            raise FrameError("frame: this is no compiled code")
        self.compiled = frame.arrays

    def _note(self, frame: Frame, attempt: Attempt) -> None:
        if frame.kind is FrameKind.PARTIAL:
            attempt.phase = _phase(frame.texts.get("phase", ""), attempt.phase)
        elif frame.kind is FrameKind.BLOCKED:
            name = frame.texts.get("name", "")
            self.blocked_call = name if _CALL_NAME.fullmatch(name) else ""
        else:
            raise FrameError(f"frame: {frame.kind.name} is no answer")


def _is_code(name: str) -> bool:
    return name.startswith(CODE_PREFIX)


def _phase(text: str, otherwise: Phase) -> Phase:
    with suppress(ValueError):
        return Phase(text)
    return otherwise


def _reply(
    frame: Frame,
    attempt: Attempt,
    cpu_seconds: float | None,
    files: Container[str],
) -> Reply:
    outcome = _FINAL[frame.kind]
    notes = {
        clean(key.removeprefix(_NOTE)): clean(text)
        for key, text in frame.texts.items()
        if key.startswith(_NOTE)
    }
    fault = None
    if outcome is not Outcome.COMPLETED:
        fault = _fault(frame.texts, attempt.phase, files)
    return Reply(outcome, attempt.arrays, notes, fault, attempt.seconds, cpu_seconds)


def _fault(texts: Mapping[str, str], phase: Phase, files: Container[str]) -> Fault:
    file, line = texts.get("fault.file", ""), texts.get("fault.line", "")
    if file not in files:
        # The child may say anything; only the student's own files have lines to show.
        file = line = ""
    return Fault(
        kind=clean(texts.get("fault.kind", ""), 100) or "Exception",
        message=clean(texts.get("fault.message", ""), 2000),
        phase=_phase(texts.get("fault.phase", ""), phase),
        file=file,
        line=int(line) if line.isascii() and line.isdigit() and len(line) < 9 else 0,
        traceback=clean(texts.get("fault.traceback", "")),
    )
