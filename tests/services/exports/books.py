"""Gradebooks made by hand, as the tables of other systems need them."""

from datetime import UTC, datetime

from grader.services.columns import Column
from grader.services.gradebook import Book, Cell, Line, Shown

TIME = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LINEAR = Column(1, "linear", "Linear", 20.0, None, None)
CONV = Column(2, "conv", "=Conv", 10.0, None, None)


def scored(score: float, late_seconds: float = 0.0) -> Cell:
    return Cell(
        Shown.SCORE, score, 20.0, "s1", TIME, attempts=2, late_seconds=late_seconds
    )


def line(at: int, name: str, email: str, *cells: Cell, number: str = "") -> Line:
    both = (*cells, Cell(Shown.MISSING))[:2]
    return Line(at, name, email, "A", number, 0.0, {1: both[0], 2: both[1]})


def book(*lines: Line) -> Book:
    return Book((LINEAR, CONV), lines, len(lines), len(lines), 1, 1, ("A",))


ANN = line(1, "Ann Bo Lee", "ann@x.org", scored(12.5, 3725.0), scored(11.0), number="7")
BOB = line(2, "=Bob", "bob@x.org", Cell(Shown.PENDING, attempts=1))
