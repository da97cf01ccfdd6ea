"""``INSERT ... ON CONFLICT`` for whichever database this is."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grader.models import Base


def insert_if_absent(
    session: Session, table: type[Base], values: dict[str, Any]
) -> None:
    """Add a row unless one with its primary key is there already."""
    session.execute(_insert(session, table, values).on_conflict_do_nothing())


def insert_or_update(
    session: Session, table: type[Base], values: dict[str, Any], update: dict[str, Any]
) -> None:
    """Add a row, or change the one with its primary key."""
    keys = [column.name for column in table.__table__.primary_key]
    session.execute(
        _insert(session, table, values).on_conflict_do_update(
            index_elements=keys, set_=update
        )
    )


def _insert(
    session: Session, table: type[Base], values: dict[str, Any]
) -> sqlite.Insert | postgresql.Insert:
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).values(values)
    return postgresql.insert(table).values(values)
