from collections.abc import Iterable

import numpy as np
import pytest

from grader import engine
from grader.checks.base import Finding, Trial
from grader.checks.forward import ForwardCheck
from grader.contract.messages import Bundle, Case, Observation, Outcome, Phase
from grader.engine import Progress
from grader.errors import LeaseLostError, RefusedError, SandboxUnavailableError
from grader.report import Report, ReportStatus, Verdict
from tests.checks.fake_jail import FakeJail, ScriptedJail, ending
from tests.checks.grading import CHECKS, assignment, graded
from tests.checks.students import PLAIN, changed

FILES = {"mlp.py": PLAIN.encode()}


def without_seconds(report: Report) -> dict[str, object]:
    plain = report.to_json()
    plain.pop("seconds")
    for result in plain["results"]:
        result.pop("seconds")
    return plain


def test_the_same_files_and_seed_give_the_same_report() -> None:
    wrong = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.mean(axis=0) + 1"))

    first, second = (graded(wrong, *CHECKS, seed=4) for _ in range(2))

    assert without_seconds(first) == without_seconds(second)


def test_another_seed_asks_other_numbers() -> None:
    jails = [FakeJail(), FakeJail()]
    for seed, jail in enumerate(jails):
        graded(PLAIN, "tanh-forward", seed=seed, jail=jail)

    first, second = (jail.cases[0].calls[0].arrays["x"] for jail in jails)
    assert not np.array_equal(first, second)


def test_a_report_says_what_a_regrade_needs() -> None:
    wanted = assignment("tanh-forward")

    report = engine.grade(
        wanted, FILES, "mlp.py", seed=9, jail=FakeJail(), notices=("A note.",)
    )

    assert report.assignment == "under-test"
    assert (report.seed, report.spec_digest) == (9, wanted.digest)
    assert set(report.versions) == {"grader", "python", "numpy"}
    assert report.jail_tier == "fake"
    assert report.notices == ("A note.",)
    assert report.status is ReportStatus.GRADED
    assert Report.from_json(report.to_json()) == report


def test_progress_is_told_before_and_after_each_check() -> None:
    told: list[Progress] = []

    engine.grade(
        assignment("tanh-forward", "linear-backward"),
        FILES,
        "mlp.py",
        seed=1,
        jail=FakeJail(),
        on_progress=told.append,
    )

    steps = [(p.index, p.total, p.check.id, p.results is None) for p in told]
    assert steps == [
        (1, 2, "tanh-forward", True),
        (1, 2, "tanh-forward", False),
        (2, 2, "linear-backward", True),
        (2, 2, "linear-backward", False),
    ]
    assert [r.quantity for r in told[3].results or ()] == [
        "grad_x",
        "grad_weight",
        "grad_bias",
    ]


def test_what_the_listener_raises_ends_the_run() -> None:
    def lost(progress: Progress) -> None:
        raise LeaseLostError("another worker has it")

    with pytest.raises(LeaseLostError):
        engine.grade(
            assignment("tanh-forward"),
            FILES,
            "mlp.py",
            seed=1,
            jail=FakeJail(),
            on_progress=lost,
        )


def test_a_file_that_does_not_load_is_explained_once_and_not_tried_again() -> None:
    jail = FakeJail()

    report = graded("x = 1 / 0", *CHECKS, jail=jail)

    assert len(jail.cases) == 1
    messages = [r.message for r in report.results]
    assert "ZeroDivisionError (mlp.py, line 1)" in messages[0]
    assert set(messages[1:]) == {"Your file could not be loaded (see the first check)."}
    assert {r.verdict for r in report.results} == {Verdict.ERRORED}
    assert report.score == 0
    assert report.status is ReportStatus.GRADED


def test_an_import_without_end_is_a_load_failure() -> None:
    jail = ending(Outcome.TIMED_OUT, Phase.LOAD)

    report = graded("", "tanh-forward", "sigmoid-forward", jail=jail)

    assert "Importing your file did not return within 10 s" in report.results[0].message
    assert len(jail.cases) == 1


def test_a_failed_need_skips_a_check_with_the_reason() -> None:
    wrong = changed(PLAIN, ("np.tanh(x)", "np.tanh(2 * x)"))

    report = graded(
        wrong, "tanh-forward", "tanh-backward", extra='needs = ["tanh-forward"]'
    )

    assert report.results[1].verdict is Verdict.SKIPPED
    assert "Tanh: forward" in report.results[1].message
    assert report.score == 0


def test_a_met_need_lets_a_check_run() -> None:
    report = graded(
        PLAIN, "tanh-forward", "tanh-backward", extra='needs = ["tanh-forward"]'
    )

    assert report.score == 6


def test_only_the_chosen_checks_run_and_needs_outside_are_not_asked() -> None:
    wanted = assignment(
        "tanh-forward", "tanh-backward", extra='needs = ["tanh-forward"]'
    )

    report = engine.grade(
        wanted, FILES, "mlp.py", seed=1, jail=FakeJail(), only={"tanh-backward"}
    )

    assert [r.check for r in report.results] == ["tanh-backward"]
    assert (report.score, report.max_score) == (4, 6)


def test_an_unknown_choice_is_refused_with_what_there_is() -> None:
    with pytest.raises(RefusedError, match="Its checks are: tanh-forward") as caught:
        engine.grade(
            assignment("tanh-forward"),
            FILES,
            "mlp.py",
            seed=1,
            jail=FakeJail(),
            only={"nonsense"},
        )
    assert caught.value.code == "unknown-check"


def test_our_own_fault_breaks_one_check_and_the_others_still_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = ForwardCheck.findings

    def faulty(check: ForwardCheck, trial: Trial) -> Iterable[Finding]:
        if check.component == "Tanh":
            raise KeyError("ours")
        return real(check, trial)

    monkeypatch.setattr(ForwardCheck, "findings", faulty)

    report = graded(PLAIN, "tanh-forward", "sigmoid-forward")

    assert [r.verdict for r in report.results] == [Verdict.BROKEN, Verdict.PASSED]
    assert report.status is ReportStatus.NEEDS_ATTENTION
    assert "a fault of ours" in report.results[0].message
    assert "check tanh-forward failed by our own fault" in caplog.text


def test_a_failing_jail_is_no_grade() -> None:
    def script(case: Case) -> Observation:
        raise SandboxUnavailableError("gone")

    with pytest.raises(SandboxUnavailableError):
        graded(PLAIN, "tanh-forward", jail=ScriptedJail(script))


def test_the_jail_gets_the_files_and_the_binding() -> None:
    opened: list[Bundle] = []

    class Watching(FakeJail):
        def open(self, bundle: Bundle):
            opened.append(bundle)
            return super().open(bundle)

    graded(PLAIN, "tanh-forward", jail=Watching())

    (bundle,) = opened
    assert (bundle.entry, bundle.binding) == ("mlp.py", "layer_classes")
    assert dict(bundle.files) == FILES
    assert bundle.binding_source is None


def test_what_the_code_printed_at_import_is_in_the_report() -> None:
    def script(case: Case) -> Observation:
        return Observation(Outcome.NO_REPLY, (), log="hello")

    assert graded("", "tanh-forward", jail=ScriptedJail(script)).log == "hello"


def test_only_the_first_thing_printed_is_kept() -> None:
    texts = iter(("first", "second"))

    def script(case: Case) -> Observation:
        return Observation(Outcome.NO_REPLY, (), log=next(texts))

    jail = ScriptedJail(script)

    assert graded("", "tanh-forward", "relu-forward", jail=jail).log == "first"


def test_limits_of_the_assignment_reach_every_case() -> None:
    jail = FakeJail()
    head = assignment("tanh-forward").files["assignment.toml"].decode()
    from grader.assignments import load_files

    text = head.replace("[[component]]", "[limits]\nwall_seconds = 3\n[[component]]", 1)
    wanted = load_files({"assignment.toml": text.encode()})

    engine.grade(wanted, FILES, "mlp.py", seed=1, jail=jail)

    assert jail.cases[0].limits.wall_seconds == 3


def test_a_check_may_have_a_limit_of_its_own() -> None:
    wanted = assignment("tanh-forward", "relu-forward", extra="wall_seconds = 40")
    jail = FakeJail()

    engine.grade(wanted, FILES, "mlp.py", seed=1, jail=jail)

    usual, own = (case.limits for case in jail.cases)
    assert usual == wanted.limits
    assert (own.wall_seconds, own.cpu_seconds) == (40, 80)
