"""One line of what ``grader doctor`` found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination.

    Parameters
    ----------
    fine
        False if grading cannot work like this; ``None`` if it is only worth knowing.
    advice
        What would help, or nothing.
    """

    what: str
    fine: bool | None
    found: str
    advice: str = ""
