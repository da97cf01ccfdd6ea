"""What a student is told about modules that had only a stand-in."""

from collections.abc import Sequence


def used(names: Sequence[str]) -> str:
    """Say that calls of these modules had no effect, and that it does no harm.

    Parameters
    ----------
    names
        At least one.
    """
    *most, last = names
    listed = f"{', '.join(most)} and {last}" if most else last
    are, their, they = ("are", "their", "they") if most else ("is", "its", "it")
    instead = "stand-ins" if most else "a stand-in"
    return (
        f"{listed} {are} not installed where your code is graded, so {instead} took "
        f"{their} place: what {they} would draw, show or read was left out. The rest "
        "of your code ran as it is, and this costs no points."
    )
