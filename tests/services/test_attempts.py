"""A student's attempts, and which of them counts."""

from grader.models import RunStatus
from grader.services.attempts import attempts
from tests.services.world import World


def graded(world: World, *scores: float) -> None:
    for score in scores:
        world.submit()
        world.grade(score)


def test_the_best_score_counts_and_of_equal_ones_the_first(world: World) -> None:
    graded(world, 4.0, 5.0, 5.0, 3.0)
    with world.database.read() as session:
        rows = attempts(
            session, assignment_id=world.assignment_id, user_id=world.student
        )
    assert [(r.number, r.score, r.counts) for r in rows] == [
        (4, 3.0, False),
        (3, 5.0, False),
        (2, 5.0, True),
        (1, 4.0, False),
    ]


def test_nothing_counts_before_something_is_graded(world: World) -> None:
    world.submit()
    with world.database.read() as session:
        (only,) = attempts(
            session, assignment_id=world.assignment_id, user_id=world.student
        )
    assert (only.status, only.score, only.counts) == (RunStatus.QUEUED, None, False)
