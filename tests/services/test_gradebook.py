"""The gradebook: what each cell says, who is in it, and in which order."""

import uuid

import pytest

from grader.models import Enrolment, Override, Standing
from grader.services import gradebook, runs, score_publication
from grader.services.gradebook import Book, Cell, Shown, Wanted
from tests.services.statements import statements
from tests.services.world import NOW, World


def graded(world: World, score: float, user_id: int | None = None) -> uuid.UUID:
    receipt = world.submit(user_id)
    world.grade(score)
    return uuid.UUID(receipt.submission_id)


def book(world: World, wanted: Wanted = Wanted()) -> Book:  # noqa: B008 - frozen
    with world.database.read() as session:
        return gradebook.book(session, world.course_id, wanted)


def cell(world: World, name: str = "Student") -> Cell:
    found = book(world)
    (line,) = [line for line in found.lines if line.name == name]
    return line.cells[world.assignment_id]


def enrolment(world: World, user_id: int, **values: object) -> None:
    with world.database.write() as session:
        row = session.get_one(Enrolment, (world.course_id, user_id))
        for name, value in values.items():
            setattr(row, name, value)


def test_a_cell_has_the_score_that_counts_and_leads_to_its_submission(
    world: World,
) -> None:
    graded(world, 4.0)
    best = graded(world, 5.0)
    graded(world, 3.0)
    found = cell(world)
    assert (found.shown, found.score, found.max_score) == (Shown.SCORE, 5.0, 6.0)
    assert (found.submission_id, found.attempts) == (str(best), 3)


def test_pending_zero_missing_and_no_score_are_four_things(world: World) -> None:
    assert cell(world).shown is Shown.MISSING
    world.submit()
    pending = cell(world)
    with world.database.write() as session:
        job = runs.claim(session, worker="w", lease_seconds=30)
        assert job is not None
        runs.fail(session, job, "no jail")
    broken = cell(world)
    graded(world, 3.0)
    with world.database.write() as session:
        session.query(Standing).filter_by(counts=True).update({"final": 0.0})
    zero = cell(world)
    assert (pending.shown, pending.score) == (Shown.PENDING, None)
    assert (broken.shown, broken.score) == (Shown.NO_SCORE, None)
    assert (zero.shown, zero.score) == (Shown.SCORE, 0.0)


def test_points_set_by_hand_are_marked(world: World) -> None:
    submission = graded(world, 4.0)
    with world.database.write() as session:
        session.add(
            Override(
                submission_id=submission,
                check="interface",
                points=1.0,
                graded_points=1.0,
                reason="why",
                author_id=world.ta,
                created_at=NOW,
            )
        )
    assert cell(world).is_overridden


def test_staff_and_those_who_left_are_not_in_the_book(world: World) -> None:
    enrolment(world, world.other, dropped_at=NOW)
    assert [line.name for line in book(world).lines] == ["Student"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(name="stud"), ["Student"]),
        (Wanted(name="example.org other"), ["Other"]),
        (Wanted(section="A"), ["Other"]),
        (Wanted(missing="any"), ["Other"]),
        (Wanted(missing="tiny"), ["Other"]),
        (Wanted(missing="unknown"), []),
        (Wanted(sort="total", falling=True), ["Student", "Other"]),
        (Wanted(sort="tiny"), ["Student", "Other"]),
        (Wanted(sort="section", falling=True), ["Other", "Student"]),
        (Wanted(sort="password"), ["Other", "Student"]),
        (Wanted(page=9), ["Other", "Student"]),
    ],
)
def test_students_are_filtered_and_sorted(
    world: World, wanted: Wanted, names: list[str]
) -> None:
    enrolment(world, world.other, section="A")
    graded(world, 4.0)
    assert [line.name for line in book(world, wanted).lines] == names


def test_more_students_and_attempts_need_no_more_statements(world: World) -> None:
    graded(world, 4.0)
    few = statements(world.database, lambda: book(world))
    for user_id in (world.student, world.other):
        graded(world, 5.0, user_id)
    assert statements(world.database, lambda: book(world)) == few


def test_publishing_scores_is_noted_and_can_be_taken_back(world: World) -> None:
    with world.database.write() as session:
        ones = (session, world.assignment_id, world.instructor)
        done = [
            score_publication.publish(*ones),
            score_publication.publish(*ones),
            score_publication.hide(*ones),
        ]
    assert done == [True, False, True]
    assert world.audit() == ["scores_published", "scores_hidden"]
    assert book(world).columns[0].published_at is None
