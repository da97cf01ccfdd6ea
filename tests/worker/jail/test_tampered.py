"""A jail whose lock does not close is found from outside, before it gets a byte."""

from dataclasses import replace

import pytest

from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case
from grader.errors import JailNotLockedError, SandboxUnavailableError
from tests.worker.jail.killing import kill_and_wait
from worker.jail.selection import TieredJail

SPY = b"""
def spy(student):
    raise SystemError("a student's code ran")
"""
BUNDLE = Bundle({"mlp.py": b"print('loaded')"}, "mlp.py", binding_source=SPY)


def unlocked(jail: TieredJail) -> TieredJail:
    """Return the same jail with a lock that was made to do nothing."""
    start = {**jail.launch.start, "locked": False}
    return replace(jail, launch=replace(jail.launch, start=start))


def test_a_lock_that_was_left_open_is_an_alarm_that_names_every_difference(
    jail: TieredJail,
) -> None:
    with (
        unlocked(jail).open(BUNDLE) as session,
        pytest.raises(JailNotLockedError) as caught,
    ):
        session.observe(Case((Call("spy"),)))

    problems = " ".join(caught.value.problems)
    assert "Seccomp is 0" in problems
    assert "Max address space is" in problems
    assert "Seccomp is 0" in str(caught.value)


def test_the_alarm_comes_before_the_first_byte_of_the_student(
    jail: TieredJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(
        "worker.jail.dialogue.Dialogue.run", lambda *given: sent.append(given)
    )

    with unlocked(jail).open(BUNDLE) as session, pytest.raises(JailNotLockedError):
        session.observe(Case((Call("spy"),)))

    assert sent == []


def test_a_jail_that_ended_under_the_eyes_of_its_examiner_is_no_alarm(
    jail: TieredJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def orphan(pid: int, server: int, limits: Limits) -> None:
        kill_and_wait(server)
        raise JailNotLockedError(["PPid is 1"])

    monkeypatch.setattr("worker.jail.session.verify", orphan)

    with (
        jail.open(BUNDLE) as session,
        pytest.raises(SandboxUnavailableError) as caught,
    ):
        session.observe(Case((Call("spy"),)))

    assert not isinstance(caught.value, JailNotLockedError)


def test_the_facts_of_the_machine_go_with_a_session(jail: TieredJail) -> None:
    with jail.open(BUNDLE) as session:
        assert session.facts["kernel"].startswith("Linux ")
