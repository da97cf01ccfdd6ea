"""Everything that is kept, read back so that two places can be compared."""

from typing import Any

from sqlalchemy import inspect, text

from grader.db import Database
from grader.storage import BlobStore


def rows_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, in an order that does not depend on storage."""
    with database.read() as session:
        names = inspect(session.connection()).get_table_names()
        return {
            name: sorted(
                (tuple(row) for row in session.execute(text(f"SELECT * FROM {name}"))),
                key=repr,
            )
            for name in names
        }


def blobs_of(store: BlobStore) -> dict[str, bytes]:
    """Return every file of a store by its name."""
    return {
        path.name: path.read_bytes()
        for path in store.directory.rglob("*")
        if path.is_file()
    }
