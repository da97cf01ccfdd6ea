"""The condition that a standing is its student's score, in the words of its index."""

from sqlalchemy import Boolean, ColumnElement, literal_column


def is_the_score() -> ColumnElement[bool]:
    """Return the condition; SQLite uses the index of scores only for these words.

    Written by the ORM it is ``counts = 1``, which SQLite does not see to be the
    condition of the index ``uq_standing_counts``.
    """
    return literal_column("standing.counts", Boolean)
