"""Cells of a table for a spreadsheet: text that is no formula, numbers that are."""

# A spreadsheet runs a cell that begins like this as a formula; in East Asian settings
# the wide forms of these signs too.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_SKIPPED = " '\"\u00a0\u3000\ufeff\n"


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell, also behind quotes and spaces."""
    bare = cell.lstrip(_SKIPPED)
    return f"'{cell}" if bare.startswith(DANGEROUS) else cell


def number(value: float | None) -> str:
    """Write points as a plain number; empty where there are none."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def copied(cell: str) -> str:
    """Return a cell of somebody's table: numbers as they are, text made harmless."""
    try:
        float(cell)
    except ValueError:
        return harmless(cell)
    return cell
