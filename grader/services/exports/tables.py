"""Reading and writing tables of text, as spreadsheets and other systems make them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.errors import RefusedError

MOST_ROWS = 20_000
MOST_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A table as somebody uploaded it; every row has as many cells as the heading."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str


def read(content: bytes) -> Uploaded:
    """Read a table with commas, semicolons or tabs.

    Raises
    ------
    RefusedError
        ``table-unreadable`` or ``table-too-large``.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedError(
            "This file is not text in UTF-8. Export it again as CSV.",
            code="table-unreadable",
        ) from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        )
    except csv.Error:
        raise RefusedError(
            "This file is no table: a quote does not end. Export it again as CSV.",
            code="table-unreadable",
        ) from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise RefusedError("This file is empty.", code="table-unreadable")
    if len(rows) > MOST_ROWS or len(rows[0]) > MOST_COLUMNS:
        raise RefusedError(
            f"This table is larger than {MOST_ROWS} rows or {MOST_COLUMNS} columns.",
            code="table-too-large",
        )
    width = len(rows[0])
    even = tuple(tuple((row + [""] * width)[:width]) for row in rows[1:])
    return Uploaded(tuple(rows[0]), even, delimiter)


def written(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Write rows as a table; what a cell holds was decided before."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()
