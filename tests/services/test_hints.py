"""Who reads hints, and when: staff always, students as the assignment says."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from grader.assignments.spec import HintsSpec
from grader.db import database_now
from grader.errors import AssignmentError
from grader.report import Diagnosis
from grader.services import assignments, hints, reports, runs
from grader.services.reports import ReportView
from tests.services.world import NOW, World, report, tiny

NAMED = Diagnosis("M35", "mask taken from the gradient", "Which array has the mask?")


def publish(world: World, section: str) -> None:
    with world.database.write() as session:
        assignments.publish(
            session,
            world.store,
            course_id=world.course_id,
            assignment=tiny(section.encode()),
            now=NOW,
        )


def graded(world: World, **when: Any) -> str:
    """Hand in and grade, with a named mistake in the last check."""
    submission = world.submit(**when).submission_id
    *right, last = report(3.0).results
    wrong = replace(last, diagnosis=NAMED, message="Entry [0] is 2, right is 3.")
    job = world.must_claim()
    with world.database.write() as session:
        runs.finish(session, job, replace(report(3.0), results=(*right, wrong)))
    return submission


def view(world: World, submission: str, viewer: int | None = None) -> ReportView:
    with world.database.read() as session:
        return reports.for_viewer(
            session, submission_id=submission, viewer_id=viewer or world.student
        )


def diagnosis(seen: ReportView) -> Diagnosis | None:
    return seen.checks[2].results[0].diagnosis


def test_without_a_section_hints_are_shown_at_once(world: World) -> None:
    seen = view(world, graded(world))
    assert diagnosis(seen) == NAMED
    assert seen.hint_notice == ""


def test_hints_never_shown_leave_the_name_and_every_fact(world: World) -> None:
    publish(world, '[hints]\nshow = "never"\n')
    seen = view(world, graded(world))
    assert diagnosis(seen) == replace(NAMED, hint="")
    assert seen.checks[2].results[0].message == "Entry [0] is 2, right is 3."
    assert seen.score == 3.0
    assert seen.hint_notice == "This assignment gives no hints."


def test_the_name_of_the_mistake_can_be_hidden_too(world: World) -> None:
    publish(world, '[hints]\nshow = "never"\ndiagnosis = "hidden"\n')
    seen = view(world, graded(world))
    assert diagnosis(seen) is None
    assert seen.checks[2].results[0].message == "Entry [0] is 2, right is 3."
    assert seen.hint_notice


def test_staff_see_every_hint(world: World) -> None:
    publish(world, '[hints]\nshow = "never"\ndiagnosis = "hidden"\n')
    submission = graded(world)
    for viewer in (world.ta, world.instructor):
        seen = view(world, submission, viewer)
        assert diagnosis(seen) == NAMED
        assert seen.hint_notice == ""


def test_hints_are_in_the_report_of_the_third_attempt_and_not_before(
    world: World,
) -> None:
    publish(world, '[hints]\nshow = "later"\nafter_attempts = 2\n')
    seen = [view(world, graded(world, text=f"x = {n}\n")) for n in (1, 2, 3)]
    assert [one.number for one in seen] == [1, 2, 3]
    shown = [found.hint for one in seen if (found := diagnosis(one)) is not None]
    assert shown == ["", "", NAMED.hint]
    notice = "A hint is shown from your 3rd attempt on."
    assert [one.hint_notice for one in seen] == [notice, notice, ""]


def test_attempts_of_others_do_not_bring_a_hint(world: World) -> None:
    publish(world, '[hints]\nshow = "later"\nafter_attempts = 1\n')
    graded(world, user_id=world.other)
    assert diagnosis(view(world, graded(world))) == replace(NAMED, hint="")


def test_hints_come_hours_after_the_files(world: World) -> None:
    publish(world, '[hints]\nshow = "later"\nafter_hours = 2\n')
    with world.database.read() as session:
        now = database_now(session)
    old = graded(world, at=now - timedelta(hours=2, minutes=1))
    new = graded(world, at=now - timedelta(hours=1), text="x = 2\n")
    assert diagnosis(view(world, old)) == NAMED
    seen = view(world, new)
    assert diagnosis(seen) == replace(NAMED, hint="")
    assert seen.hint_notice == "A hint is shown 2 hours after you handed in."


def test_a_report_without_a_named_mistake_has_no_notice(world: World) -> None:
    publish(world, '[hints]\nshow = "never"\n')
    submission = world.submit().submission_id
    world.grade()
    assert view(world, submission).hint_notice == ""


def test_a_report_keeps_the_rule_of_the_version_it_was_graded_under(
    world: World,
) -> None:
    submission = graded(world)
    publish(world, '[hints]\nshow = "never"\n')
    assert diagnosis(view(world, submission)) == NAMED


@pytest.mark.parametrize(
    ("attempts", "spoken"),
    [(1, "2nd"), (2, "3rd"), (3, "4th"), (10, "11th"), (11, "12th"), (20, "21st")],
)
def test_the_rule_is_said_with_the_attempt_that_has_the_hint(
    attempts: int, spoken: str
) -> None:
    rule = HintsSpec(show="later", after_attempts=attempts)
    assert hints.policy(rule) == f"A hint is shown from your {spoken} attempt on."


def test_two_conditions_are_joined() -> None:
    rule = HintsSpec(show="later", after_attempts=4, after_hours=1)
    assert hints.policy(rule) == (
        "A hint is shown from your 5th attempt on or 1 hour after you handed in."
    )


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ('show = "later"', "needs"),
        ('show = "never"\nafter_attempts = 2', "only"),
        ('show = "later"\nafter_attempts = 0', "greater than or equal to 1"),
        ('show = "sometimes"', "show"),
        ('when = "now"', "unknown key"),
    ],
)
def test_a_section_that_says_nothing_clear_is_refused(
    section: str, reason: str
) -> None:
    with pytest.raises(AssignmentError) as refused:
        tiny(f"[hints]\n{section}\n".encode())
    (problem,) = refused.value.problems
    assert "hints" in problem
    assert reason in problem
