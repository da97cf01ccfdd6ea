"""Signs of life that need no database: a file that is touched, and whose age tells."""

import logging
import time
from datetime import timedelta
from pathlib import Path

from grader.config import Settings
from grader.errors import ConfigurationError

log = logging.getLogger(__name__)

# A process may wait so long for a database that is locked or away.
LEAST_AGE_SECONDS = 60.0
BEATS_MISSED = 3


def touch(settings: Settings) -> None:
    """Show that this process still gets round to it; does nothing without a file."""
    if not settings.heartbeat_file:
        return
    path = Path(settings.heartbeat_file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        log.warning("no sign of life in %s: %s", path, error.strerror)


def sickness(settings: Settings) -> str:
    """Say why a process of these settings is not well; nothing if it is.

    Raises
    ------
    ConfigurationError
        If the settings name no file.
    """
    if not settings.heartbeat_file:
        raise ConfigurationError(
            "GRADER_HEARTBEAT_FILE: must name a file for a health check, got nothing"
        )
    path = Path(settings.heartbeat_file)
    most = max(LEAST_AGE_SECONDS, BEATS_MISSED * settings.heartbeat_seconds)
    try:
        # The file's time and this clock are of the same machine.
        age = time.time() - path.stat().st_mtime
    except OSError as error:
        return f"there is no sign of life in {path}: {error.strerror}"
    if age > most:
        return f"the last sign of life was {timedelta(seconds=round(age))} ago"
    return ""
