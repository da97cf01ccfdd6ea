"""What stands behind the question mark of an address, read with care."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo

LONGEST = 200


def text_of(arguments: Mapping[str, str], name: str) -> str:
    """Return a text that is not too long."""
    return arguments.get(name, "").replace("\0", "").strip()[:LONGEST]


def page_of(arguments: Mapping[str, str]) -> int:
    """Return the number of a page; 1 for nonsense."""
    wanted = arguments.get("page", "")
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 7:
        return max(1, int(wanted))
    return 1


def day_of(
    arguments: Mapping[str, str], name: str, timezone: tzinfo, *, after: bool = False
) -> datetime | None:
    """Return when a day of the course's zone begins, or the one after it.

    ``None`` for nothing, and for what is no day.
    """
    try:
        day = datetime.strptime(arguments.get(name, ""), "%Y-%m-%d")  # noqa: DTZ007
        begins = day + timedelta(days=1 if after else 0)
        return begins.replace(tzinfo=timezone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
