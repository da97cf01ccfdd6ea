"""Conclude from outside how a student's process ended."""

import os
import signal
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from grader.contract.codec import TOO_LARGE
from grader.contract.limits import Limits
from grader.contract.messages import (
    CRASHED,
    TOO_MUCH_CPU,
    Fault,
    Outcome,
    Phase,
)
from grader.errors import SandboxUnavailableError
from worker.jail import wording
from worker.jail.server import Exit


class Stop(Enum):
    """Why we stopped listening to a child."""

    DEADLINE = auto()
    FLOOD = auto()
    UNREADABLE = auto()
    CLOSED = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a conversation ended before its last answer.

    Parameters
    ----------
    detail
        For unreadable data: what was wrong with it.
    """

    stop: Stop
    phase: Phase
    detail: str = ""


def conclude(ending: Ending, done: Exit, limits: Limits) -> tuple[Outcome, Fault]:
    """Return the outcome and the sentence for a child that gave no last answer.

    Raises
    ------
    SandboxUnavailableError
        If something outside of the jail killed the child.
    """
    phase = ending.phase
    if ending.stop is Stop.DEADLINE:
        return _fault(Outcome.TIMED_OUT, phase, wording.too_slow(phase, limits))
    if ending.stop is Stop.FLOOD:
        return _fault(
            Outcome.BAD_OUTPUT, phase, wording.too_much_printed(phase, limits)
        )
    if ending.stop is Stop.CLOSED:
        return _fault(Outcome.BAD_OUTPUT, phase, wording.closed(phase))
    if ending.stop is Stop.UNREADABLE:
        large = TOO_LARGE in ending.detail
        text = wording.too_large(ending.detail) if large else wording.unreadable(phase)
        return _fault(Outcome.BAD_OUTPUT, phase, text)
    if done.signal:
        return _signalled(phase, done, limits)
    status = os.waitstatus_to_exitcode(done.status)
    return _fault(Outcome.NO_REPLY, phase, wording.ended(phase, status))


def blocked_call(done: Exit, said: str) -> str:
    """Return the call a child was ended for, or nothing if it was none.

    Parameters
    ----------
    said
        The name that the child itself gave. Without the signal, which is seen from
        outside, it counts for nothing.
    """
    return (said or "unknown") if done.signal == signal.SIGSYS else ""


def _signalled(phase: Phase, done: Exit, limits: Limits) -> tuple[Outcome, Fault]:
    if done.signal == signal.SIGSYS:
        return _fault(Outcome.KILLED, phase, wording.blocked(phase))
    # The kernel's limit counts ticks, the usage is exact; they may differ by much on a
    # machine that shares its processor.
    spent = done.cpu_seconds > limits.cpu_seconds / 2
    if done.signal == signal.SIGXCPU or (spent and done.signal == signal.SIGKILL):
        text = wording.too_much_cpu(phase, limits)
        return Outcome.TIMED_OUT, Fault(kind=TOO_MUCH_CPU, message=text, phase=phase)
    if done.signal == signal.SIGKILL:
        # The filter forbids a process to send itself this signal.
        if done.peak_memory_bytes > limits.memory_bytes // 2:
            text = wording.too_much_memory(phase, limits)
            return _fault(Outcome.OUT_OF_MEMORY, phase, text)
        raise SandboxUnavailableError("Something outside of the jail ended a process.")
    text = wording.crashed(done.signal, phase)
    return Outcome.KILLED, Fault(kind=CRASHED, message=text, phase=phase)


_KINDS: Final = {
    Outcome.TIMED_OUT: "TimedOut",
    Outcome.BAD_OUTPUT: "BadOutput",
    Outcome.KILLED: "Killed",
    Outcome.NO_REPLY: "NoReply",
    Outcome.OUT_OF_MEMORY: "MemoryError",
}


def _fault(outcome: Outcome, phase: Phase, text: str) -> tuple[Outcome, Fault]:
    return outcome, Fault(kind=_KINDS[outcome], message=text, phase=phase)
