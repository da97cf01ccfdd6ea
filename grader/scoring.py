"""How results become a score; pure functions of points."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

DECIMALS = 2


class Scored(Protocol):
    """Anything that earned points out of some."""

    @property
    def points(self) -> float:
        """Return what was earned."""
        ...

    @property
    def max_points(self) -> float:
        """Return what could be earned."""
        ...


class Attempt(Protocol):
    """A submission of one student for one assignment."""

    @property
    def number(self) -> int:
        """Return its place among the student's attempts, from 1."""
        ...

    @property
    def score(self) -> float | None:
        """Return its score, or ``None`` while it has none."""
        ...


AnAttempt = TypeVar("AnAttempt", bound=Attempt)


def rounded(points: float) -> float:
    """Round points the one way that is used everywhere."""
    # Adding 0.0 turns a negative zero into zero.
    return round(points, DECIMALS) + 0.0


def earned(most: float, share: float) -> float:
    """Return the points for a share of a quantity; a share is cut to ``[0, 1]``."""
    return rounded(most * min(max(share, 0.0), 1.0))


def score(results: Iterable[Scored]) -> float:
    """Return the sum of the points of a report."""
    return rounded(sum(result.points for result in results))


def max_score(points: Iterable[float]) -> float:
    """Return the sum of what can be earned."""
    return rounded(sum(points))


def best(attempts: Sequence[AnAttempt]) -> AnAttempt | None:
    """Return the attempt that counts: the highest score, the earliest of equals.

    Attempts without a score do not count, so a run that needs attention never
    replaces a score and never becomes a zero.
    """
    scored = [attempt for attempt in attempts if attempt.score is not None]
    if not scored:
        return None
    return max(scored, key=lambda attempt: (attempt.score or 0.0, -attempt.number))
