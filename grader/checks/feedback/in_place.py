"""Sentences about inputs that were changed in place."""

from collections.abc import Sequence


def changed(names: Sequence[str]) -> str:
    """Say which inputs were changed and why that matters."""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    them = "it" if len(names) == 1 else "them"
    return (
        f"Your code writes into {listed}, which it was only given to read. Whoever "
        f"else uses {them} then computes with other numbers: work on a copy."
    )
