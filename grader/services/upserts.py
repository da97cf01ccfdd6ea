"""``INSERT ... ON CONFLICT`` for whichever database this is."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam
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
    if rows:
        connection = session.connection()
        is_sqlite = connection.dialect.name == "sqlite"
        statement = _upsert(table, tuple(rows[0]), is_sqlite)
        connection.execute(statement, rows[0] if len(rows) == 1 else list(rows))


@lru_cache(maxsize=32)
def _upsert(
    model: type[Base], names: tuple[str, ...], is_sqlite: bool
) -> sqlite.Insert | postgresql.Insert:
    """Return the statement, which takes longer to build than to run."""
    table = cast(Table, model.__table__)
    keys = [column.name for column in table.primary_key]
    new = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    changes = {name: new.excluded[name] for name in names if name not in keys}
    return new.values(values).on_conflict_do_update(index_elements=keys, set_=changes)


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
