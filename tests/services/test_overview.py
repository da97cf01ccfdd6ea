"""How a course stands, for its staff."""

import uuid

import pytest

from grader.errors import NotFoundError
from grader.models import RegradeRequest, Standing
from grader.services import overview, runs
from tests.services.statements import statements
from tests.services.world import NOW, World


def seen(world: World, viewer: int | None = None) -> overview.Overview:
    with world.database.read() as session:
        return overview.overview(session, world.course_id, viewer or world.ta)


def test_every_assignment_is_counted_by_students(world: World) -> None:
    for score in (1.0, 4.0):
        world.submit()
        world.grade(score)
    broken = world.submit(world.other)
    with world.database.write() as session:
        runs.fail(session, world.must_claim(), "why")
        session.add(
            RegradeRequest(
                assignment_id=world.assignment_id,
                submission_id=uuid.UUID(broken.submission_id),
                opened_by=world.other,
                created_at=NOW,
            )
        )
    world.submit(world.other)
    found = seen(world)
    (one,) = found.assignments
    assert (found.students, one.submitted, one.scored, one.passing) == (2, 2, 1, 1)
    assert (one.mean, one.max_score) == (4.0, 6.0)
    assert (one.queued, one.running, one.attention, one.regrades) == (1, 0, 1, 1)
    assert one.waiting_seconds is None


@pytest.mark.parametrize(
    ("final", "place"),
    [(0.0, 0), (0.59, 0), (0.6, 1), (3.0, 5), (5.9, 9), (6.0, 9), (7.0, 9)],
)
def test_histogram_has_a_bin_for_each_tenth_and_full_marks_in_the_last(
    world: World, final: float, place: int
) -> None:
    world.submit()
    world.grade(6.0)
    with world.database.write() as session:
        session.query(Standing).update({"final": final})
    (one,) = seen(world).assignments
    assert one.histogram == tuple(int(at == place) for at in range(10))


def test_more_submissions_need_no_more_statements(world: World) -> None:
    world.submit()
    few = statements(world.database, lambda: seen(world))
    world.submit(world.other)
    world.grade(5.0)
    assert statements(world.database, lambda: seen(world)) == few


def test_students_and_strangers_see_nothing(world: World) -> None:
    for viewer in (world.student, world.outsider):
        with pytest.raises(NotFoundError):
            seen(world, viewer)
