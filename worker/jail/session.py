"""One jail for one submission: run cases, each in a fresh locked child."""

import logging
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from grader.contract.codec import Bounds, FrameError
from grader.contract.limits import Limits
from grader.contract.messages import (
    Array,
    Bundle,
    Case,
    Observation,
    Outcome,
    Reply,
    Usage,
)
from grader.errors import JailNotLockedError, SandboxUnavailableError
from worker.jail import kernel
from worker.jail.conversation import (
    Conversation,
    DeadlineError,
    EndedError,
    FloodError,
)
from worker.jail.dialogue import Dialogue
from worker.jail.outcomes import Ending, Stop, blocked_call, conclude
from worker.jail.server import Child, Exit, ForkServer
from worker.jail.verify import verify
from worker.jail.wording import clean, visible_log

log = logging.getLogger(__name__)

_LOCK_SECONDS: Final = 10.0
_LINGER_SECONDS: Final = 0.5
_LONGEST_FILE_NAME: Final = 240


class Session:
    """A started jail. Leaving the ``with`` block kills every process of it.

    Use it within the thread that started the server; see `worker.jail.server`.

    Parameters
    ----------
    server
        Just started, or waiting since long ago, but never used: it serves this one
        submission and ends with the session.
    start_seconds
        How long it may take until it is ready.

    Raises
    ------
    SandboxUnavailableError
        If the jail does not start.
    """

    def __init__(
        self, server: ForkServer, bundle: Bundle, start_seconds: float
    ) -> None:
        try:
            _require_usable(bundle)
        except ValueError:
            server.stop()
            raise
        server.await_ready(start_seconds)
        self._launch = server.launch
        self._bundle = bundle
        self._server = server
        self._compiled: Mapping[str, Array] | None = None

    @property
    def tier(self) -> str:
        """Return the name of the tier that holds."""
        return self._launch.tier

    @property
    def server_pid(self) -> int:
        """Return the process id of the fork server, as this side sees it."""
        return self._server.pid

    @property
    def facts(self) -> dict[str, str]:
        """Return what decided on this machine which tier holds."""
        return kernel.facts()

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
        dialogue = Dialogue(talk, limits, self._compiled)
        try:
            try:
                self._await_lock(child, talk, limits)
                ending = dialogue.run(self._bundle, case)
                if ending is not None and ending.stop is Stop.ENDED:
                    ending = _wait_for_end(child, ending)
                elif ending is not None and child.is_frozen():
                    raise SandboxUnavailableError(
                        "Something outside of the jail froze a process."
                    )
            finally:
                child.kill()
                done = self._server.reap()
            talk.drain()
            self._compiled = dialogue.compiled
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
        except JailNotLockedError as error:
            if self._server.has_ended():
                # Its children have another parent then, and are about to die.
                raise SandboxUnavailableError("The jail ended.") from error
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
        dialogue: Dialogue,
        ending: Ending | None,
        done: Exit,
        started: float,
    ) -> Observation:
        replies = dialogue.replies
        if ending is not None:
            outcome, fault = conclude(ending, done, dialogue.limits)
            attempt = dialogue.attempt
            reply = Reply(outcome, attempt.arrays, {}, fault, attempt.seconds)
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
            blocked_call=blocked_call(done, dialogue.blocked_call),
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


def _require_usable(bundle: Bundle) -> None:
    if bundle.entry not in bundle.files:
        raise ValueError(f"bundle: no file {bundle.entry} among {[*bundle.files]}")
    for name in bundle.files:
        if not name.isprintable() or len(name.encode()) > _LONGEST_FILE_NAME:
            raise ValueError(f"bundle: file name {name!r} cannot be used")


def _wait_for_end(child: Child, ending: Ending) -> Ending:
    """Tell a process that has ended from one that only closed its pipe."""
    if child.ends_within(_LINGER_SECONDS):
        return ending
    return Ending(Stop.CLOSED, ending.phase)
