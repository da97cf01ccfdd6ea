"""How a process ended decides the outcome, and our own failures are no outcome."""

import signal

import pytest

from grader.contract.limits import Limits
from grader.contract.messages import CRASHED, Outcome, Phase
from grader.errors import SandboxUnavailableError
from worker.jail.outcomes import Ending, Stop, blocked_call, conclude
from worker.jail.server import Exit
from worker.jail.wording import clean, visible_log

LIMITS = Limits(cpu_seconds=20, memory_bytes=1 << 30)


def ended(status: int, cpu: float = 0.1, peak: int = 1 << 25) -> Outcome:
    ending = Ending(Stop.ENDED, Phase.FORWARD)
    outcome, fault = conclude(ending, Exit(status, cpu, peak), LIMITS)
    assert fault.phase is Phase.FORWARD
    assert fault.message.endswith((".", "?"))
    return outcome


@pytest.mark.parametrize(
    ("status", "cpu", "outcome"),
    [
        (signal.SIGSYS, 0.1, Outcome.KILLED),
        (signal.SIGSEGV, 0.1, Outcome.KILLED),
        (63, 0.1, Outcome.KILLED),
        (signal.SIGXCPU, 17.0, Outcome.TIMED_OUT),
        (signal.SIGKILL, 18.0, Outcome.TIMED_OUT),
        (0, 0.1, Outcome.NO_REPLY),
        (3 << 8, 0.1, Outcome.NO_REPLY),
    ],
)
def test_signal_and_status_decide(status: int, cpu: float, outcome: Outcome) -> None:
    assert ended(status, cpu) is outcome


def test_a_kill_from_outside_with_much_memory_in_use_is_out_of_memory() -> None:
    assert ended(signal.SIGKILL, peak=900 << 20) is Outcome.OUT_OF_MEMORY


def test_any_other_kill_from_outside_is_our_failure() -> None:
    with pytest.raises(SandboxUnavailableError, match="outside"):
        ended(signal.SIGKILL)


def test_a_size_that_is_too_large_is_told_and_other_lies_are_not() -> None:
    done = Exit(signal.SIGKILL, 0.1, 1)
    large = Ending(Stop.UNREADABLE, Phase.CALL, "out is far larger than expected: x")
    lie = Ending(Stop.UNREADABLE, Phase.CALL, "frame: wrong magic")
    assert conclude(large, done, LIMITS)[1].message.startswith("out is far larger")
    assert "magic" not in conclude(lie, done, LIMITS)[1].message


@pytest.mark.parametrize("stop", [Stop.FLOOD, Stop.CLOSED, Stop.UNREADABLE])
@pytest.mark.parametrize(
    ("phase", "where"),
    [(Phase.LOAD, "While your file was loading"), (Phase.BACKWARD, "In backward")],
)
def test_what_is_no_answer_is_told_with_its_place_and_a_question(
    stop: Stop, phase: Phase, where: str
) -> None:
    done = Exit(signal.SIGKILL, 0.1, 1)
    outcome, fault = conclude(Ending(stop, phase), done, LIMITS)
    assert outcome is Outcome.BAD_OUTPUT
    assert where.lower() in fault.message.lower()
    assert fault.message.endswith("?")


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_its_sentence(phase: Phase) -> None:
    done = Exit(signal.SIGKILL, 0.1, 1)
    _, fault = conclude(Ending(Stop.DEADLINE, phase), done, LIMITS)
    assert "10 s" in fault.message


def test_control_characters_are_removed_or_made_visible() -> None:
    assert clean("a\x00b\x1b[1m\r\nc\u202e", 100) == "ab[1m\nc"
    assert visible_log(b"a\x07\r\n\xff/srv/x/numpy", ["/srv/x"]) == (
        "a\\x07\n\N{REPLACEMENT CHARACTER}.../numpy"
    )


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (signal.SIGSYS, "ptrace", "ptrace"),
        (signal.SIGSYS, "", "unknown"),
        (signal.SIGSEGV, "ptrace", ""),
        (0, "ptrace", ""),
    ],
)
def test_a_call_counts_as_blocked_only_if_it_was_the_end(
    status: int, said: str, expected: str
) -> None:
    assert blocked_call(Exit(status, 0.1, 1), said) == expected


@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGSYS, "Killed"), (signal.SIGSEGV, CRASHED)]
)
def test_a_crash_is_told_from_a_blocked_call(number: int, kind: str) -> None:
    ending = Ending(Stop.ENDED, Phase.FORWARD)

    _, fault = conclude(ending, Exit(number, 0.1, 1), LIMITS)

    assert fault.kind == kind
