"""``INSERT ... ON CONFLICT`` for whichever database this is."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
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


def insert_or_update_all(
    session: Session, table: type[Base], rows: Sequence[dict[str, Any]]
) -> None:
    """Add many rows with the same columns, or change those that are there already."""
    if not rows:
        return
    keys = [column.name for column in table.__table__.primary_key]
    new = _insert(session, table)
    changes = {name: new.excluded[name] for name in rows[0] if name not in keys}
    session.execute(
        new.on_conflict_do_update(index_elements=keys, set_=changes), list(rows)
    )


def insert_or_count(
    session: Session,
    table: type[Base],
    values: dict[str, Any],
    *,
    keys: Sequence[str],
    among: ColumnElement[bool],
    update: dict[str, Any],
) -> None:
    """Add a row, or change the one with these keys among those that fulfil a condition.

    There must be a unique index on just these keys and this condition.
    """
    session.execute(
        _insert(session, table, values).on_conflict_do_update(
            index_elements=list(keys), index_where=among, set_=update
        )
    )


def _insert(
    session: Session, table: type[Base], values: dict[str, Any] | None = None
) -> sqlite.Insert | postgresql.Insert:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    new = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    return new if values is None else new.values(values)
