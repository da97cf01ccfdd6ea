"""How many statements something sends to the database."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from grader.db import Database


def statements(
    database: Database, action: Callable[[], object], without: str = ""
) -> int:
    """Count what is sent while something runs.

    Parameters
    ----------
    without
        Statements that name this table are not counted.
    """
    sent: list[str] = []

    def note(_c: Any, _x: Any, statement: str, *_rest: Any) -> None:
        if not without or without not in statement:
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        action()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(sent)
