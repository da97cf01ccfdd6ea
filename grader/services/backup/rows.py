"""Counting rows: what a manifest states, and whether a target is empty."""

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from grader.db import VERSION_TABLE

# Signs of life are no content: a service that nobody has used yet has them.
_NO_CONTENT = frozenset({"worker_beat"})


def row_counts(session: Session) -> dict[str, int]:
    """Return how many rows each table has, but for the schema's own version."""
    names = inspect(session.connection()).get_table_names()
    return {
        name: session.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0  # noqa: S608
        for name in sorted(names)
        if name != VERSION_TABLE
    }


def has_content(session: Session) -> bool:
    """Tell whether anything would be lost if this database were replaced."""
    return any(
        count for name, count in row_counts(session).items() if name not in _NO_CONTENT
    )
