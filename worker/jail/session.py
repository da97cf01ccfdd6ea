"""One jail for one submission: run cases, each in a fresh locked child."""

import json
import logging
import re
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

import numpy as np

from grader.contract.codec import (
    NONCE_BITS,
    REQUEST_BOUNDS,
    Bounds,
    Frame,
    FrameError,
    FrameKind,
)
from grader.contract.control import BINDING_SOURCE, FILE_PREFIX
from grader.contract.limits import Limits
from grader.contract.messages import (
    Array,
    Bundle,
    Call,
    Case,
    Fault,
    Observation,
    Outcome,
    Phase,
    Reply,
    Usage,
)
from grader.errors import SandboxUnavailableError
from worker.jail.conversation import (
    Conversation,
    DeadlineError,
    EndedError,
    FloodError,
)
from worker.jail.launch import Launch
from worker.jail.outcomes import Ending, Stop, conclude
from worker.jail.server import Child, Exit, ForkServer
from worker.jail.verify import verify
from worker.jail.wording import clean, visible_log

log = logging.getLogger(__name__)

_LOCK_SECONDS: Final = 10.0
_LINGER_SECONDS: Final = 0.5
_LONGEST_FILE_NAME: Final = 240
_MOST_PARTS: Final = 256
_NOTE: Final = "note."
_CALL_NAME: Final = re.compile(r"[a-z0-9_]{1,32}")
_FINAL: Final = {
    FrameKind.COMPLETED: Outcome.COMPLETED,
    FrameKind.RAISED: Outcome.RAISED,
    FrameKind.OUT_OF_MEMORY: Outcome.OUT_OF_MEMORY,
    FrameKind.BAD_OUTPUT: Outcome.BAD_OUTPUT,
}


class Session:
    """A started jail. Leaving the ``with`` block kills every process of it.

    Use it within the thread that made it; see `worker.jail.server`.

    Raises
    ------
    SandboxUnavailableError
        If the jail does not start.
    """

    def __init__(self, launch: Launch, bundle: Bundle, start_seconds: float) -> None:
        if bundle.entry not in bundle.files:
            raise ValueError(f"bundle: no file {bundle.entry} among {[*bundle.files]}")
        for name in bundle.files:
            if not name.isprintable() or len(name.encode()) > _LONGEST_FILE_NAME:
                raise ValueError(f"bundle: file name {name!r} cannot be used")
        self._launch = launch
        self._bundle = bundle
        self._server = ForkServer(launch, start_seconds)

    @property
    def tier(self) -> str:
        """Return the name of the tier that holds."""
        return self._launch.tier

    def cpu_seconds(self) -> float:
        """Return the processor time of the whole jail so far; for measurements."""
        return self._server.cpu_seconds()

    def observe(self, case: Case) -> Observation:
        """Run a case in a fresh process and say what was seen.

        Raises
        ------
        SandboxUnavailableError
            If the jail itself failed. The student's faults are in the observation.
        """
        started = time.monotonic()
        child = self._server.fork(case.limits)
        limits = case.limits
        talk = Conversation(child, limits.log_bytes_kept, limits.log_bytes_fatal)
        dialogue = _Dialogue(talk, limits)
        try:
            try:
                self._await_lock(child, talk, limits)
                ending = dialogue.run(self._bundle, case)
                if ending is not None and ending.stop is Stop.ENDED:
                    ending = _wait_for_end(child, ending)
            finally:
                child.kill()
                done = self._server.reap()
            talk.drain()
            return self._observation(dialogue, ending, done, started)
        finally:
            child.close()

    def _await_lock(self, child: Child, talk: Conversation, limits: Limits) -> None:
        try:
            deadline = time.monotonic() + _LOCK_SECONDS
            # The child's own code speaks here: no byte of a student is in it yet.
            talk.receive(Bounds(array_bytes=0), 0, deadline)
            if self._launch.verified:
                verify(child.pid, self._server.pid, limits)
        except SandboxUnavailableError:
            log.exception("a child of tier %s was not locked", self.tier)
            raise
        except (DeadlineError, EndedError, FloodError, FrameError) as error:
            talk.drain()
            said = clean(talk.log.decode(errors="replace")).strip()
            log.exception("a child could not lock itself, tier %s: %s", self.tier, said)
            reason = said.rpartition("\n")[2] or repr(error)
            raise SandboxUnavailableError(
                f"A process in the jail could not lock itself: {reason}"
            ) from error

    def _observation(
        self,
        dialogue: "_Dialogue",
        ending: Ending | None,
        done: Exit,
        started: float,
    ) -> Observation:
        replies = dialogue.replies
        if ending is not None:
            outcome, fault = conclude(ending, done, dialogue.limits)
            reply = Reply(outcome, dialogue.attempt.arrays, fault=fault)
            replies = [*replies, reply]
        talk = dialogue.talk
        return Observation(
            outcome=next(
                (r.outcome for r in replies if r.outcome is not Outcome.COMPLETED),
                Outcome.COMPLETED,
            ),
            replies=tuple(replies),
            usage=Usage(
                wall_seconds=time.monotonic() - started,
                cpu_seconds=done.cpu_seconds,
                peak_memory_bytes=done.peak_memory_bytes,
            ),
            log=visible_log(bytes(talk.log), self._launch.host_paths),
            log_was_cut=talk.log_total > len(talk.log),
            blocked_call=dialogue.attempt.blocked_call,
        )

    def close(self) -> None:
        """Kill every process of the jail."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(slots=True)
class _Attempt:
    """What has come back of one request so far."""

    phase: Phase
    left_bytes: int
    arrays: dict[str, Array] = field(default_factory=dict)
    blocked_call: str = ""
    parts: int = 0


class _Dialogue:
    """Sends the submission and its calls one by one and collects the replies."""

    def __init__(self, talk: Conversation, limits: Limits) -> None:
        self.talk = talk
        self.limits = limits
        self.replies: list[Reply] = []
        self.attempt = _Attempt(Phase.LOAD, 0)

    def run(self, bundle: Bundle, case: Case) -> Ending | None:
        """Return why it ended early, or ``None``."""
        seed = case.calls[0].seed if case.calls else 0
        try:
            loaded = self._ask(
                _load_frame(bundle, seed, case.limits.reply_bytes),
                Phase.LOAD,
                self.limits.load_seconds,
            )
            if loaded.outcome is not Outcome.COMPLETED:
                self.replies.append(loaded)
                return None
            for call in case.calls:
                frame = _call_frame(call)
                self.replies.append(
                    self._ask(frame, Phase.CALL, self.limits.wall_seconds)
                )
        except DeadlineError:
            return Ending(Stop.DEADLINE, self.attempt.phase)
        except FloodError:
            return Ending(Stop.FLOOD, self.attempt.phase)
        except EndedError:
            return Ending(Stop.ENDED, self.attempt.phase)
        except FrameError as error:
            return Ending(Stop.UNREADABLE, self.attempt.phase, clean(str(error), 500))
        return None

    def _ask(self, request: Frame, phase: Phase, seconds: float) -> Reply:
        deadline = time.monotonic() + seconds
        attempt = _Attempt(phase, self.limits.reply_bytes)
        self.attempt = attempt
        self.talk.send(request, deadline)
        while attempt.parts < _MOST_PARTS:
            attempt.parts += 1
            bounds = Bounds(array_bytes=attempt.left_bytes)
            frame = self.talk.receive(bounds, request.nonce, deadline)
            attempt.left_bytes -= sum(a.nbytes for a in frame.arrays.values())
            attempt.arrays.update(frame.arrays)
            if frame.kind in _FINAL:
                return _reply(frame, attempt)
            self._note(frame, attempt)
        raise FrameError("frame: too many parts of an answer")

    def _note(self, frame: Frame, attempt: _Attempt) -> None:
        if frame.kind is FrameKind.PARTIAL:
            attempt.phase = _phase(frame.texts.get("phase", ""), attempt.phase)
        elif frame.kind is FrameKind.BLOCKED:
            name = frame.texts.get("name", "")
            attempt.blocked_call = name if _CALL_NAME.fullmatch(name) else ""
        else:
            raise FrameError(f"frame: {frame.kind.name} is no answer")


def _wait_for_end(child: Child, ending: Ending) -> Ending:
    """Tell a process that has ended from one that only closed its pipe."""
    if child.ends_within(_LINGER_SECONDS):
        return ending
    return Ending(Stop.CLOSED, ending.phase)


def _load_frame(bundle: Bundle, seed: int, reply_bytes: int) -> Frame:
    arrays = {
        f"{FILE_PREFIX}{name}": np.frombuffer(source, np.uint8)
        for name, source in bundle.files.items()
    }
    if bundle.binding_source is not None:
        arrays[BINDING_SOURCE] = np.frombuffer(bundle.binding_source, np.uint8)
    texts = {
        "entry": bundle.entry,
        "binding": bundle.binding,
        "seed": str(seed),
        "reply_bytes": str(reply_bytes),
    }
    return Frame(secrets.randbits(NONCE_BITS), FrameKind.LOAD, arrays, texts)


def _call_frame(call: Call) -> Frame:
    texts = {
        "action": call.action,
        "options": json.dumps(dict(call.options)),
        "seed": str(call.seed),
    }
    if max(len(text.encode()) for text in texts.values()) > REQUEST_BOUNDS.text_bytes:
        raise ValueError(f"call: the options of {call.action} are too long")
    nonce = secrets.randbits(NONCE_BITS)
    return Frame(nonce, FrameKind.CALL, call.arrays, texts)


def _phase(text: str, otherwise: Phase) -> Phase:
    with suppress(ValueError):
        return Phase(text)
    return otherwise


def _reply(frame: Frame, attempt: _Attempt) -> Reply:
    outcome = _FINAL[frame.kind]
    notes = {
        clean(key.removeprefix(_NOTE)): clean(text)
        for key, text in frame.texts.items()
        if key.startswith(_NOTE)
    }
    fault = None
    if outcome is not Outcome.COMPLETED:
        fault = _fault(frame.texts, attempt.phase)
    return Reply(outcome, attempt.arrays, notes, fault)


def _fault(texts: Mapping[str, str], phase: Phase) -> Fault:
    line = texts.get("fault.line", "")
    return Fault(
        kind=clean(texts.get("fault.kind", ""), 100) or "Exception",
        message=clean(texts.get("fault.message", ""), 2000),
        phase=_phase(texts.get("fault.phase", ""), phase),
        file=clean(texts.get("fault.file", ""), 255),
        line=int(line) if line.isascii() and line.isdigit() and len(line) < 9 else 0,
        traceback=clean(texts.get("fault.traceback", "")),
    )
