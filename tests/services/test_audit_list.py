"""The list of what happened in a course, for people."""

import csv
import io
from datetime import timedelta

import pytest

from grader.db import database_now
from grader.errors import NotFoundError
from grader.models import User
from grader.services import audit, audit_list, audit_words, courses, runs
from grader.services.audit_list import Wanted
from tests.services.world import World


def page(world: World, wanted: Wanted = Wanted(), **more: int) -> audit_list.EntryPage:  # noqa: B008 - frozen
    with world.database.read() as session:
        return audit_list.listed(
            session, world.course_id, world.instructor, wanted, **more
        )


def sentences(world: World, wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008
    return [one.sentence for one in page(world, wanted).entries]


def note(world: World, action: str, **values: int) -> None:
    with world.database.write() as session:
        audit.add(session, action, actor_id=world.instructor, new=values)


def test_what_happened_is_told_in_sentences_newest_first(world: World) -> None:
    receipt = world.submit()
    world.grade(5.0)
    with world.database.write() as session:
        runs.rerun(session, receipt.submission_id, world.ta, reason="my mistake")
    assert sentences(world) == [
        "Ta ordered that a submission is graded again: attempt 1 of Student.",
        "Attempt 1 of Student was graded.",
        "Student handed in attempt 1.",
    ]
    assert page(world).entries[0].reason == "my mistake"


def test_entries_of_other_courses_are_not_here(world: World) -> None:
    with world.database.write() as session:
        other = courses.create(session, slug="other", title="Other")
    note(world, "scores_published", assignment_id=world.assignment_id)
    note(world, "dates", course=world.course_id)
    note(world, "dates", course_id=other)
    note(world, "dates", assignment_id=99)
    note(world, "dates")
    assert len(page(world).entries) == 2


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(person="other"), 1),
        (Wanted(student="STUDENT@"), 1),
        (Wanted(action="submitted"), 2),
        (Wanted(action="graded"), 0),
        (Wanted(person="%"), 0),
    ],
)
def test_entries_are_filtered(world: World, wanted: Wanted, count: int) -> None:
    world.submit()
    world.submit(world.other)
    assert len(page(world, wanted).entries) == count


def test_entries_are_filtered_by_time(world: World) -> None:
    world.submit()
    with world.database.read() as session:
        now = database_now(session)
    hour = timedelta(hours=1)
    found = [
        len(page(world, Wanted(since=since, until=until)).entries)
        for since, until in ((now - hour, now + hour), (now + hour, None))
    ]
    assert found == [1, 0]


def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    for _ in range(3):
        note(world, "dates", course=world.course_id)
    first = page(world, limit=2)
    second = page(world, Wanted(before=first.older), limit=2)
    numbers = [one.id for one in (*first.entries, *second.entries)]
    assert numbers == sorted(numbers, reverse=True)
    assert (len(numbers), second.older) == (3, None)


def test_the_table_is_safe_for_spreadsheets(world: World) -> None:
    with world.database.write() as session:
        session.get_one(User, world.student).name = "=HYPERLINK(1)"
    world.submit()
    (line,) = csv.DictReader(io.StringIO(audit_list.as_csv(page(world).entries)))
    assert (line["person"], line["what"]) == (
        "'=HYPERLINK(1)",
        "'=HYPERLINK(1) handed in attempt 1.",
    )


def test_only_instructors_read_it(world: World) -> None:
    with world.database.read() as session:
        for viewer in (world.student, world.ta, world.outsider):
            with pytest.raises(NotFoundError):
                audit_list.listed(session, world.course_id, viewer, Wanted())


def test_values_are_told_before_and_after() -> None:
    lines = audit_words.details(
        {"score": 4.5, "same": 1, "gone": None},
        {"score": 6, "same": 1, "new": [1], "sha256": "0"},
    )
    assert lines == ["score: 4.5 → 6", "gone before: nothing", "new: [1]"]


def test_action_without_words_is_its_own_word() -> None:
    assert audit_words.sentence("late_policy-set", "", "", None) == (
        "The grader late policy set."
    )
