"""Sentences of the kind ``interface``."""

from collections.abc import Sequence


def complete(names: Sequence[str]) -> str:
    """Say that everything that will be called is there."""
    return f"Found everything that will be called: {', '.join(names)}."


def gaps(gaps: Sequence[str], found: str) -> str:
    """List what is missing, and what the file defines instead."""
    defined = f" It defines: {found}." if found else ""
    return f"Your file lacks {'; '.join(gaps)}.{defined} Check the spelling."
