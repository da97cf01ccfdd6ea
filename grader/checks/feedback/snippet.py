"""Comments in the code of a failing case that a student runs at home."""

PASTE = "# Paste this below your code and run it."
OWN_NAMES = "# Your code gets these arrays under its own names."


def should_be(asked: str, right: object) -> str:
    """Say which number is right, where it is not known how the code is called."""
    return f"# {asked} should be {right!r}"


def after_step(step: int, entry: str, right: float) -> str:
    """Say where a parameter should be after a step; steps count from 1."""
    return f"# after step {step}, {entry} should be {right!r}"
