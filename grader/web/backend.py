"""What every page needs from outside: settings, database and the store of files."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from grader.config import Settings
from grader.db import Database
from grader.storage import BlobStore

_KEY = "grader"


@dataclass(frozen=True, slots=True)
class Backend:
    """The three things that views share; one per application."""

    settings: Settings
    database: Database
    store: BlobStore

    def attach(self, extensions: dict[str, object]) -> None:
        """Put this where ``backend`` finds it."""
        extensions[_KEY] = self


def backend() -> Backend:
    """Return the backend of the application that handles this request."""
    return cast(Backend, current_app.extensions[_KEY])
