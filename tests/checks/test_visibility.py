"""No sentence about a check names one that its reader may not know of."""

from typing import cast

import pytest

from grader.assignments import load_files
from grader.checks.visibility import covers
from grader.contract.jail import JailSession
from grader.contract.messages import USED_STUBS, Case, Observation, Outcome, Reply
from grader.engine import _Run  # the rule is about what it keeps
from grader.errors import AssignmentError
from tests.checks.fake_jail import ScriptedJail
from tests.checks.grading import CHECKS, HEAD, assignment, graded
from tests.checks.students import PLAIN

HIDDEN = 'visibility = "hidden"'
LEVELS = ("visible", "after_due_date", "after_published", "hidden")


def text(*checks: tuple[str, str]) -> dict[str, bytes]:
    written = "".join(
        f'\n[[check]]\nid = "{name}"\n{CHECKS[name]}\n{extra}\n'
        for name, extra in checks
    )
    return {"assignment.toml": (HEAD + written).encode()}


def problems(*checks: tuple[str, str]) -> str:
    with pytest.raises(AssignmentError) as caught:
        load_files(text(*checks))
    return "\n".join(caught.value.problems)


def fresh_run() -> _Run:
    """Return a run that asks nobody anything."""
    nobody = cast(JailSession, None)
    return _Run(nobody, 1, assignment("tanh-forward").limits, {})


def test_a_level_covers_what_all_its_readers_see() -> None:
    covered = {level: [o for o in LEVELS if covers(level, o)] for level in LEVELS}
    assert covered == {
        "visible": ["visible"],
        "after_due_date": ["visible", "after_due_date"],
        "after_published": ["visible", "after_published"],
        "hidden": list(LEVELS),
    }


def test_a_visible_check_cannot_need_a_hidden_one() -> None:
    said = problems(
        ("tanh-forward", ""),
        ("relu-forward", HIDDEN),
        ("relu-backward", 'needs = ["relu-forward"]'),
    )
    assert "'relu-forward' is not shown whenever this check is" in said


def test_the_check_that_explains_a_broken_file_is_visible() -> None:
    assert "the first check must be visible" in problems(("tanh-forward", HIDDEN))


def test_a_hidden_check_may_need_any_and_its_level_is_in_the_outline() -> None:
    loaded = load_files(
        text(
            ("tanh-forward", ""),
            ("tanh-backward", f'{HIDDEN}\nneeds = ["tanh-forward"]'),
        )
    )
    assert [one.visibility for one in loaded.check_list] == ["visible", "hidden"]


def test_what_a_visible_check_printed_is_kept_before_what_a_hidden_one_did() -> None:
    texts = iter(("of the hidden one", "of the visible one"))

    def script(case: Case) -> Observation:
        return Observation(Outcome.NO_REPLY, (), log=next(texts))

    seen, unseen = assignment("relu-forward", "tanh-forward", extra=HIDDEN).checks
    run = fresh_run()
    for check in (unseen, seen):
        run.note(script(Case((), run.limits)), check.params)

    assert (run.log, run.log_check) == ("of the visible one", "relu-forward")


def test_what_a_hidden_check_made_the_code_import_is_not_told() -> None:
    reply = Reply(Outcome.COMPLETED, notes={USED_STUBS: "matplotlib"})
    seen, unseen = assignment("relu-forward", "tanh-forward", extra=HIDDEN).checks
    run = fresh_run()

    run.note(Observation(Outcome.COMPLETED, (reply,)), unseen.params)
    assert run.used_stubs == set()

    run.note(Observation(Outcome.COMPLETED, (reply,)), seen.params)
    assert run.used_stubs == {"matplotlib"}


def test_report_names_the_check_during_which_the_log_was_printed() -> None:
    def script(case: Case) -> Observation:
        return Observation(Outcome.NO_REPLY, (), log="hello")

    report = graded("", "tanh-forward", jail=ScriptedJail(script))

    assert report.log_check == "tanh-forward"


def test_a_visible_check_is_told_nothing_of_hidden_results() -> None:
    run = fresh_run()
    results = graded(PLAIN, "tanh-forward", "relu-forward").results
    run.results += results
    run.levels = {"tanh-forward": "hidden", "relu-forward": "visible"}

    assert [one.check for one in run.results_beside("visible")] == ["relu-forward"]
    assert run.results_beside("hidden") == list(results)
