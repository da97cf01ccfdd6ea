"""Text and numbers that people typed: made fit to be stored, or refused."""

import math

from grader.errors import RefusedError

LONGEST_REMARK = 4000


def remark(text: str, *, most: int = LONGEST_REMARK, name: str = "text") -> str:
    """Return a text without needless blanks and without what no database can hold.

    Raises
    ------
    RefusedError
        ``empty-text`` or ``long-text``.
    """
    clean = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not clean:
        raise RefusedError(f"Write the {name} first.", code="empty-text")
    if len(clean) > most:
        raise RefusedError(
            f"The {name} has {len(clean)} characters; at most {most} fit.",
            code="long-text",
        )
    return clean


def points(value: str | float, *, least: float, most: float) -> float:
    """Return a number of points between two bounds.

    Raises
    ------
    RefusedError
        ``bad-points``.
    """
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise RefusedError(
            f"The points must be a number from {least:g} to {most:g}.",
            code="bad-points",
        )
    return round(number, 4)
