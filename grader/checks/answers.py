"""What came back from the student's code, one answer for each call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.contract.messages import (
    Array,
    Fault,
    Observation,
    Outcome,
    Phase,
    Reply,
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an answer is not complete: how the call ended, and the fault if any."""

    outcome: Outcome
    fault: Fault | None = None

    @property
    def phase(self) -> Phase | None:
        """Return what was being done, as far as that is known."""
        return None if self.fault is None else self.fault.phase

    @property
    def at_load(self) -> bool:
        """Tell whether the student's files could not even be imported."""
        return self.phase is Phase.LOAD


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Named arrays as far as the code got, and what stopped it.

    Parameters
    ----------
    trouble
        ``None`` when the call completed.
    seconds
        What the call took as seen from outside of the jail: processor time, or wall
        clock where the kernel does not tell.
    """

    arrays: Mapping[str, Array] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    trouble: Trouble | None = None
    seconds: float = 0.0

    def trouble_before(self, name: str) -> Trouble | None:
        """Return why there is no array called ``name``; ``None`` if there is one.

        A call that completed without it gave a bad answer.
        """
        if name in self.arrays:
            return None
        return self.trouble or Trouble(Outcome.BAD_OUTPUT)


def answers(observation: Observation, calls: int) -> list[Answer]:
    """Return exactly ``calls`` answers.

    A process that ended early leaves calls without a reply; those get the reason of
    the last reply, or of the whole observation.
    """
    given = [_answer(reply) for reply in observation.replies[:calls]]
    if len(given) < calls:
        given += [Answer(trouble=_ending(observation, given))] * (calls - len(given))
    return given


def _answer(reply: Reply) -> Answer:
    trouble = None
    if reply.outcome is not Outcome.COMPLETED or reply.fault is not None:
        trouble = Trouble(reply.outcome, reply.fault)
    seconds = reply.seconds if reply.cpu_seconds is None else reply.cpu_seconds
    return Answer(reply.arrays, reply.notes, trouble, seconds)


def _ending(observation: Observation, given: Sequence[Answer]) -> Trouble:
    if given and given[-1].trouble is not None:
        return given[-1].trouble
    outcome = observation.outcome
    if outcome is Outcome.COMPLETED:
        outcome = Outcome.NO_REPLY
    return Trouble(outcome, observation.fault)
