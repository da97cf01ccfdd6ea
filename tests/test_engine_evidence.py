"""What a report says about the machine and about blocked calls."""

from dataclasses import replace

from grader import engine
from grader.contract.messages import (
    Bundle,
    Case,
    Fault,
    Observation,
    Outcome,
    Phase,
    Reply,
)
from grader.report import BlockedCall, Report
from tests.checks.fake_jail import FakeJail, ScriptedJail, _Session
from tests.checks.grading import assignment
from tests.checks.students import PLAIN

FILES = {"mlp.py": PLAIN.encode()}
CHECKS = ("tanh-forward", "tanh-backward")


class Watched(_Session):
    """Answers rightly, and says that each child was ended for a call as well."""

    names: tuple[str, ...] = ()

    def observe(self, case: Case) -> Observation:
        name = self.names[min(len(self.cases), len(self.names) - 1)]
        return replace(super().observe(case), blocked_call=name)


class WatchedJail(FakeJail):
    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def open(self, bundle: Bundle) -> Watched:
        session = Watched(bundle, self.cases)
        session.names = self.names
        return session


def graded(*names: str) -> Report:
    jail = WatchedJail(*names)
    return engine.grade(assignment(*CHECKS), FILES, "mlp.py", seed=3, jail=jail)


def test_a_blocked_call_is_in_the_report_with_its_check_once() -> None:
    report = graded("ptrace")

    assert report.blocked_calls == tuple(BlockedCall(id, "ptrace") for id in CHECKS)


def test_a_blocked_call_takes_no_points() -> None:
    report = graded("ptrace")

    assert report.score == report.max_score > 0


def test_where_nothing_was_blocked_there_is_nothing_in_the_report() -> None:
    assert graded("").blocked_calls == ()


def test_the_report_keeps_what_the_machine_was() -> None:
    report = graded("")

    assert report.machine == {"kernel": "none"}
    assert Report.from_json(report.to_json()) == report


def test_blocked_calls_survive_a_journey_through_json() -> None:
    report = graded("bpf")

    assert Report.from_json(report.to_json()).blocked_calls == report.blocked_calls


def test_a_report_of_an_earlier_version_can_still_be_read() -> None:
    old = graded("").to_json()
    del old["machine"], old["blocked_calls"]

    read = Report.from_json(old)

    assert (read.machine, read.blocked_calls) == ({}, ())


def test_the_student_reads_a_neutral_sentence_without_the_calls_name() -> None:
    def killed(case: Case) -> Observation:
        fault = Fault("Killed", "Your code used a system call.", Phase.CALL)
        reply = Reply(Outcome.KILLED, fault=fault)
        return Observation(Outcome.KILLED, (reply,), blocked_call="process_vm_readv")

    report = engine.grade(
        assignment(*CHECKS), FILES, "mlp.py", seed=3, jail=ScriptedJail(killed)
    )

    told = " ".join(result.message for result in report.results)
    assert "not allowed here" in told
    assert "process_vm_readv" not in str([r.to_json() for r in report.results])
    assert {one.call for one in report.blocked_calls} == {"process_vm_readv"}
