"""Verdicts and reports: the plain values that the engine makes and everybody reads."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What we conclude about one quantity."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"  # the student's code did not come back with an answer
    SKIPPED = "skipped"  # not judged, and the message says why; scores nothing
    BROKEN = "broken"  # the assignment itself is wrong; needs attention, no zero


class ReportStatus(StrEnum):
    """Whether a report may be used as a score."""

    GRADED = "graded"
    NEEDS_ATTENTION = "needs_attention"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Which known mistake an answer looks like.

    Parameters
    ----------
    id
        Entry of the library, such as ``"M14"``.
    title
        The mistake in a few words, for grouping across a class.
    hint
        A question that helps without giving the answer.
    """

    id: str
    title: str
    hint: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Verdict on one quantity of one check.

    Parameters
    ----------
    check
        Id of the check in ``assignment.toml``.
    title
        What was tested, for people.
    component
        Name in the student's code, such as ``"Linear"``.
    quantity
        What was compared: ``"out"``, ``"grad_weight"``, ``"loss"``, ``"interface"``.
    message
        Full sentences for the student.
    diagnosis
        The known mistake it looks like, or ``None``.
    evidence
        JSON values: ``expected``, ``got``, ``worst_index``, ``shape``, ``distance``,
        ``curves`` and so on; see ``grader/checks/evidence.py``.
    seconds
        Wall clock of the check that produced it, shared by its quantities.
    """

    check: str
    title: str
    component: str
    quantity: str
    verdict: Verdict
    points: float
    max_points: float
    message: str
    diagnosis: Diagnosis | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values under the documented stable keys.

        Not by ``asdict``: it copies all of the evidence, which nobody changes.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        if self.diagnosis is not None:
            values["diagnosis"] = asdict(self.diagnosis)
        return values

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "CheckResult":
        """Read back what ``to_json`` wrote."""
        given = dict(value)
        given["verdict"] = Verdict(given["verdict"])
        if given.get("diagnosis") is not None:
            given["diagnosis"] = Diagnosis(**given["diagnosis"])
        return cls(**given)


@dataclass(frozen=True, slots=True)
class BlockedCall:
    """A system call that student code was ended for; a fact, and never a penalty.

    Parameters
    ----------
    check
        Id of the check that ran.
    call
        Name of the call, or ``"unknown"``. The name comes from the process itself and
        proves nothing; that it was ended for a call was seen from outside.
    """

    check: str
    call: str


@dataclass(frozen=True, slots=True)
class Report:
    """The result of grading one submission under one snapshot of an assignment.

    Parameters
    ----------
    seed
        Secret seed of the run; with the digest it makes a regrade exact.
    spec_digest
        SHA-256 of the assignment's files.
    versions
        Of the grader, Python and NumPy.
    log
        What the code printed while it was imported, cut.
    log_check
        Id of the check that ran while it was printed. Who may not know of that check
        must not read the log: code can print what it is given.
    machine
        What decided which jail holds, such as the kernel and Landlock. For staff.
    blocked_calls
        What was tried and never allowed. For staff.
    """

    assignment: str
    status: ReportStatus
    score: float
    max_score: float
    results: tuple[CheckResult, ...]
    seed: int
    spec_digest: str
    versions: Mapping[str, str]
    jail_tier: str
    notices: tuple[str, ...] = ()
    log: str = ""
    log_check: str = ""
    seconds: float = 0.0
    machine: Mapping[str, str] = field(default_factory=dict)
    blocked_calls: tuple[BlockedCall, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values under the documented stable keys."""
        results = tuple(result.to_json() for result in self.results)
        return {**asdict(replace(self, results=())), "results": results}

    def summary(self) -> dict[str, Any]:
        """Return what ``to_json`` does, but for the results."""
        values = asdict(replace(self, results=()))
        del values["results"]
        return values

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Report":
        """Read back what ``to_json`` wrote."""
        given = dict(value)
        given["status"] = ReportStatus(given["status"])
        given["results"] = tuple(CheckResult.from_json(r) for r in given["results"])
        given["notices"] = tuple(given.get("notices", ()))
        blocked = given.get("blocked_calls", ())
        given["blocked_calls"] = tuple(BlockedCall(**call) for call in blocked)
        return cls(**given)
