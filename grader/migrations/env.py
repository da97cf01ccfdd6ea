"""Runs migrations on the connection that ``grader.db.migrate`` brings."""

from typing import Any

from alembic import context

from grader.models import Base

# Exist only where the database keeps its own books.
FOREIGN_TABLES = ("sqlite_",)


def ours(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    """Leave tables of the database itself alone."""
    return not (kind == "table" and (name or "").startswith(FOREIGN_TABLES))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    include_object=ours,
)
with context.begin_transaction():
    context.run_migrations()
