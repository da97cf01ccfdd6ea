"""What is wrong or weak about an assignment: a sentence, and the key it is about."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How serious a complaint is."""

    CONTRADICTION = "contradiction"  # the assignment is not what it states
    WEAK = "weak"  # a wrong submission may pass, or a right one fail
    ADVICE = "advice"  # right as it is; something else would serve students better

    @property
    def rank(self) -> int:
        """Return a number to sort by, the most serious first."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong or weak.

    Parameters
    ----------
    rule
        Short stable word for programs, such as ``"eps-too-small"``.
    key
        Where to look in ``assignment.toml``, such as
        ``"component Adam, convention.eps"``, or the name of a sample.
    sentence
        What follows from it, and what to do.
    """

    severity: Severity
    rule: str
    key: str
    sentence: str


def weak(rule: str, key: str, sentence: str) -> Complaint:
    """Return a complaint of a choice that may make a grade wrong."""
    return Complaint(Severity.WEAK, rule, key, sentence)


def advice(rule: str, key: str, sentence: str) -> Complaint:
    """Return a complaint that makes no grade wrong."""
    return Complaint(Severity.ADVICE, rule, key, sentence)
