from dataclasses import dataclass

import pytest

from grader import scoring


@dataclass(frozen=True)
class Line:
    points: float
    max_points: float = 10


@dataclass(frozen=True)
class Attempt:
    number: int
    score: float | None


@pytest.mark.parametrize(
    ("most", "share", "points"),
    [
        (6, 1, 6),
        (6, 0, 0),
        (5, 0.5, 2.5),
        (1, 1 / 3, 0.33),
        (4, 7, 4),
        (4, -1, 0),
        (0, 1, 0),
    ],
)
def test_a_share_becomes_points_with_two_decimals(
    most: float, share: float, points: float
) -> None:
    assert scoring.earned(most, share) == points


def test_a_score_is_the_sum_of_its_lines() -> None:
    assert scoring.score([Line(0.1), Line(0.2), Line(3)]) == 3.3
    assert scoring.score([]) == 0


def test_a_score_is_never_minus_zero() -> None:
    assert str(scoring.rounded(-0.0)) == "0.0"


def test_the_most_is_rounded_like_a_score() -> None:
    assert scoring.max_score([0.1, 0.2]) == 0.3


def test_the_best_attempt_counts_and_the_earlier_of_equals() -> None:
    attempts = [Attempt(1, 5.0), Attempt(2, 9.0), Attempt(3, 9.0), Attempt(4, 8.0)]

    assert scoring.best(attempts) == Attempt(2, 9.0)


def test_an_attempt_without_a_score_never_counts() -> None:
    assert scoring.best([Attempt(1, None), Attempt(2, 0.0)]) == Attempt(2, 0.0)
    assert scoring.best([Attempt(1, None)]) is None
    assert scoring.best([]) is None
