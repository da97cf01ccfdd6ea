"""Opening what the settings name, for commands that look at all that is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.config import Settings
from grader.db import Database, known_revisions, revision
from grader.errors import RefusedError


@contextmanager
def existing_database(settings: Settings) -> Iterator[Database]:
    """Yield the database of the settings, which must be there and up to date.

    Raises
    ------
    RefusedError
        ``no-database``, or ``old-schema`` if the tables are not those of this program.
    StorageError
        If it does not answer.
    """
    database = Database(settings.database_url)
    address = database.engine.url
    is_file = address.get_backend_name() == "sqlite"
    # Opening it would make an empty one.
    if is_file and not Path(address.database or "").exists():
        raise RefusedError(
            f"There is no database at {address.database}. GRADER_HOME or "
            "GRADER_DATABASE_URL says where to look.",
            code="no-database",
        )
    try:
        with database.read() as session:
            found, wanted = revision(session), known_revisions()[0]
        if found != wanted:
            raise RefusedError(
                f"The database is at version {found or 'none'} and this program at "
                f"{wanted}. `grader migrate` brings an older database up to date.",
                code="old-schema",
            )
        yield database
    finally:
        database.dispose()
