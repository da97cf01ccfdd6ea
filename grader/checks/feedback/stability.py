"""Sentences of the kind ``stability``."""

STABLE = "Large logits give finite and right values."
STABLE_HINT = "What is the largest number that your code passes to exp?"


def unstable(text: str, largest: float) -> str:
    """Say that the loss breaks on inputs around ``largest``."""
    return f"With inputs around {largest:.0f} and -{largest:.0f}: {text} {STABLE_HINT}"
