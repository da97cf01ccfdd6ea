"""How times, points, numbers and strange characters are written on the pages."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask

from grader.services import visibility

# Format characters that change the order or the look of what follows: a reader must
# see that they are there. The zero-width joiner is needed by some scripts and emoji.
_KEPT = frozenset("\n\t\u200c\u200d")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs"})
_CONTROL_PICTURES = 0x2400

_VERDICT_WORDS = {
    "passed": "passed",
    "failed": "not right yet",
    "errored": "did not run",
    "skipped": "not checked",
    "broken": "our mistake",
}
_VERDICT_GLYPHS = {
    "passed": "\u2713",
    "failed": "\u2717",
    "errored": "!",
    "skipped": "\u2013",
    "broken": "?",
    "waiting": "\u00b7",
    "running": "\u2026",
}
_STATUS_WORDS = {
    "queued": "in the queue",
    "running": "being graded",
    "graded": "graded",
    "needs_attention": "needs attention",
    "superseded": "replaced",
}


def visible(text: str) -> str:
    """Return ``text`` with control and bidirectional characters made visible."""
    if text.isascii() and text.isprintable():
        return text
    return text.replace("\r\n", "\n").translate(_VISIBLE)


def shown(value: Any) -> Any:
    """Return what a template prints, with strange characters of any text visible.

    So no template can forget it. Text that somebody edits must come back as it was:
    ``| e`` in a template keeps it.
    """
    return visible(value) if type(value) is str else value


def _visible_character(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\u2421"
    return f"\u27e8U+{code:04X}\u27e9"


class _Visible(dict[int, str]):
    """How each character is written, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = _visible_character(chr(code))
        return self[code]


_VISIBLE = _Visible()


def points(value: float | None) -> str:
    """Write points without needless decimals; a dash where there is no score."""
    if value is None:
        return "\u2013"
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def worth(max_points: float) -> str:
    """Say what something is worth; what is worth nothing is there for feedback."""
    return points(max_points) if max_points else "feedback"


def earned(value: float | None, max_points: float) -> str:
    """Write earned points with what they were worth."""
    return f"{points(value)} / {points(max_points)}" if max_points else "feedback"


def size(byte_count: int) -> str:
    """Write a number of bytes for people."""
    if byte_count >= 1 << 20:
        return f"{byte_count / (1 << 20):.1f}".removesuffix(".0") + " MB"
    return f"{byte_count / (1 << 10):.1f}".removesuffix(".0") + " KB"


def number(value: Any) -> str:
    """Write a number of an array with the digits that matter; text as it is."""
    if isinstance(value, bool) or value is None:
        return "\u2013" if value is None else str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return f"{value:.7g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {number(v)}" for k, v in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return "(" + ", ".join(map(number, value)) + ")"
    return visible(str(value))


def zone(name: str) -> ZoneInfo:
    """Return the time zone of a course; UTC when its name means nothing here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def moment(value: datetime | None, timezone: str = "UTC") -> str:
    """Write a moment for people, in the course's time zone, and name the zone."""
    if value is None:
        return "\u2013"
    local = value.astimezone(zone(timezone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {local.tzname()}"


def short_moment(value: datetime | None, timezone: str = "UTC") -> str:
    """Write a moment for a table whose heading names the zone."""
    if value is None:
        return "\u2013"
    local = value.astimezone(zone(timezone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def iso(value: datetime | None) -> str:
    """Write a moment for machines, in UTC."""
    return "" if value is None else value.astimezone(UTC).isoformat(timespec="seconds")


def relative(value: datetime, now: datetime | None = None) -> str:
    """Say how far away a moment is: ``in 3 days``, ``2 hours ago``."""
    distance = value - (now or datetime.now(UTC))
    words = _span(abs(distance))
    if words is None:
        return "now"
    return f"in {words}" if distance > timedelta(0) else f"{words} ago"


def _span(length: timedelta) -> str | None:
    minutes = int(length.total_seconds() // 60)
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        count = minutes // size
        if count >= 2 or (count == 1 and size < 1440):
            return f"{count} {name}{'' if count == 1 else 's'}"
    return None


def plural(count: int, singular: str, many: str | None = None) -> str:
    """Write ``1 attempt`` or ``2 attempts``."""
    return f"{count} {singular if count == 1 else many or singular + 's'}"


def percent(value: float | None, whole: float) -> int:
    """Return a share as whole percent for a bar; 0 where there is nothing to show."""
    if value is None or whole <= 0:
        return 0
    return max(0, min(100, math.floor(100 * value / whole)))


def verdict_word(verdict: Any) -> str:
    """Name a verdict for a student."""
    return _VERDICT_WORDS.get(str(verdict), str(verdict))


def verdict_glyph(verdict: Any) -> str:
    """Return the sign of a verdict, so that no meaning hangs on colour alone."""
    return _VERDICT_GLYPHS.get(str(verdict), "\u00b7")


def status_word(status: Any) -> str:
    """Name a run's status for people."""
    return _STATUS_WORDS.get(str(status), str(status))


def level_word(level: Any) -> str:
    """Say for staff when students see a check; empty where they always do."""
    return visibility.badge(str(level))


def install(app: Flask) -> None:
    """Make all of these available to the templates, and text visible by itself."""
    app.jinja_env.finalize = shown
    app.jinja_env.filters.update(
        earned=earned,
        iso=iso,
        level_word=level_word,
        moment=moment,
        number=number,
        percent=percent,
        plural=plural,
        points=points,
        relative=relative,
        short_moment=short_moment,
        size=size,
        status_word=status_word,
        verdict_glyph=verdict_glyph,
        verdict_word=verdict_word,
        visible=visible,
        worth=worth,
    )
