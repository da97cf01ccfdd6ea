"""Long lists: sorted by a column of the address, and shown a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")
PAGE_ROWS = 100


@dataclass(frozen=True, slots=True)
class Sorting:
    """Which column orders the rows, and which way."""

    column: str
    falling: bool

    @classmethod
    def of(
        cls,
        arguments: Mapping[str, str],
        columns: Mapping[str, str],
        *,
        default: str,
        falling: bool = False,
    ) -> "Sorting":
        """Read ``sort`` and ``order`` of an address, or take the default."""
        column = arguments.get("sort", "")
        if column not in columns:
            return cls(default, falling)
        return cls(column, arguments.get("order") == "falling")

    def sorted(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows in order; those without a value come last either way."""
        known = [row for row in rows if getattr(row, self.column) is not None]
        unknown = [row for row in rows if getattr(row, self.column) is None]
        return sorted(known, key=self._key, reverse=self.falling) + unknown

    def state(self, column: str) -> str | None:
        """Return the value of ``aria-sort`` for a column."""
        if column != self.column:
            return None
        return "descending" if self.falling else "ascending"

    def arguments(self, column: str) -> dict[str, str]:
        """Return what the link in a column's heading asks for."""
        turned = column == self.column and not self.falling
        return {"sort": column, "order": "falling" if turned else "rising"}

    def _key(self, row: Any) -> Any:
        value = getattr(row, self.column)
        return value.casefold() if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page; the first page has number 1."""

    number: int
    rows: Sequence[Row]


def page_of(rows: Sequence[Row], wanted: str | None) -> tuple[Page[Row], int]:
    """Return the wanted page, or the nearest there is, and how many there are."""
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    number = int(wanted) if wanted and wanted.isdecimal() and len(wanted) < 7 else 1
    number = max(1, min(number, pages))
    start = (number - 1) * PAGE_ROWS
    return Page(number, rows[start : start + PAGE_ROWS]), pages
