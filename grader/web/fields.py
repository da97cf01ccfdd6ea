"""Reads the fields of a form and keeps one sentence for each that is wrong."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

LOCAL = "%Y-%m-%dT%H:%M"
_CREDIT = re.compile(
    r"(?:(?P<hours>\d{1,5}(?:\.\d+)?) ?h(?:ours?)?|(?P<until>[\d-]{10}[ T]\d\d:\d\d))"
    r" ?[:=] ?(?P<percent>\d{1,3}(?:\.\d+)?) ?%?"
)


class Fields:
    """A form that was sent.

    Parameters
    ----------
    timezone
        In which moments are meant; that of the course.
    """

    def __init__(self, form: Mapping[str, str], timezone: tzinfo) -> None:
        self._form = form
        self._timezone = timezone
        self.problems: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return a field without blanks around it; empty where it is missing."""
        return self._form.get(name, "").strip()

    def ticked(self, name: str) -> bool:
        """Tell whether a box was ticked."""
        return self._form.get(name) == "1"

    def moment(self, name: str) -> datetime | None:
        """Return a local date and time as UTC; nothing for an empty field."""
        text = self.text(name)
        if not text:
            return None
        moment, problem = local_moment(text, self._timezone)
        if problem:
            self.problems[name] = problem
        return moment

    def whole(self, name: str, least: int, most: int) -> int | None:
        """Return a whole number; nothing for an empty field."""
        text = self.text(name)
        if not text:
            return None
        if text.isascii() and text.isdecimal() and len(text) < 10:
            number = int(text)
            if least <= number <= most:
                return number
        self.problems[name] = f"Give a whole number from {least} to {most}."
        return None

    def number(self, name: str, least: float, most: float) -> float | None:
        """Return a number; nothing for an empty field."""
        text = self.text(name).removesuffix("%").strip().replace(",", ".")
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            self.problems[name] = f"Give a number from {least:g} to {most:g}."
            return None
        return number

    def credit(self, name: str) -> list[dict[str, Any]]:
        """Return the lines of a list of moments and percentages."""
        entries = []
        for line in self.text(name).splitlines():
            text = " ".join(line.split())
            if not text:
                continue
            found = _CREDIT.fullmatch(text)
            entry = None if found is None else self._credit(found)
            if entry is None:
                self.problems[name] = (
                    f"“{text[:40]}” cannot be read. Write each line like “24 h: 80 %” "
                    "or “2026-12-01 23:59: 50 %”."
                )
                return []
            entries.append(entry)
        return entries

    def _credit(self, found: re.Match[str]) -> dict[str, Any] | None:
        percent = float(found["percent"])
        if found["until"] is None:
            return {"hours": float(found["hours"]), "percent": percent}
        until, problem = local_moment(found["until"].replace(" ", "T"), self._timezone)
        if problem or until is None:
            return None
        return {"until": until.isoformat(), "percent": percent}


def local_moment(text: str, timezone: tzinfo) -> tuple[datetime | None, str]:
    """Return a local date and time as UTC, or what is wrong with it."""
    try:
        local = datetime.strptime(text[:16], LOCAL).replace(tzinfo=timezone)
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, "Write the date and time like 2026-12-01T23:59."
    if moment.astimezone(timezone).replace(tzinfo=None) != local.replace(tzinfo=None):
        return None, "This time does not exist: the clocks are put forward across it."
    return moment, ""


def shown_moment(moment: datetime | None, timezone: tzinfo) -> str:
    """Return a moment as a field shows it."""
    return moment.astimezone(timezone).strftime(LOCAL) if moment else ""
