"""Everything that is known about an assignment before anybody hands in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from grader.assignments import Assignment
from grader.checks.compare import DOUBLE_BOUND
from grader.checks.convergence import ConvergenceCheck
from grader.checks.evidence import number
from grader.validation import convergence_threshold
from grader.validation.complaints import Complaint, Severity, weak
from grader.validation.convergence_threshold import Measured, Threshold
from grader.validation.flakes import Item, items, upper_bound
from grader.validation.known_mistakes import Fate, Mistake
from grader.validation.lint import lint
from grader.validation.sample_runs import SOLUTION, Trial
from grader.validation.screening import Screened

# Right code should stay this far below the bound: other right code rounds otherwise.
LEAST_MARGIN = 2.0**6


@dataclass(frozen=True)
class Proof:
    """What was found out about an assignment.

    Parameters
    ----------
    trials
        Solution and samples, each run by itself.
    mistakes, screened
        ``None`` where known mistakes were not tried.
    measured
        Complaints about thresholds, which were measured again.
    thresholds
        What was measured; ``None`` where nothing was.
    """

    assignment: Assignment
    trials: Sequence[Trial]
    mistakes: Sequence[Mistake] | None
    screened: Sequence[Screened] | None
    measured: Sequence[Complaint] = ()
    thresholds: Sequence[Threshold] | None = None

    @property
    def holds(self) -> bool:
        """Tell whether nothing contradicts what the assignment states."""
        return not self.contradictions

    @property
    def contradictions(self) -> list[Complaint]:
        """Return what must be put right before students see the assignment."""
        return [
            one for one in self.complaints if one.severity is Severity.CONTRADICTION
        ]

    @property
    def survivors(self) -> list[Mistake]:
        """Return the known mistakes that no check catches with certainty."""
        return [one for one in self.mistakes or () if one.fate is not Fate.CAUGHT]

    @property
    def unclear(self) -> list[Screened]:
        """Return the known mistakes that some drawn inputs do not show clearly."""
        return [one for one in self.screened or () if not one.is_clear]

    @cached_property
    def items(self) -> list[Item]:
        """Return what the runs say of each item."""
        return items(one for trial in self.trials for one in trial.judgements)

    @property
    def flakes(self) -> int:
        """Return how many runs did not come out as stated."""
        return sum(bool(trial.surprises) for trial in self.trials)

    @property
    def bound(self) -> float:
        """Return what the rate of such runs is below, with 95 % confidence."""
        return upper_bound(self.flakes, len(self.trials)) if self.trials else 1.0

    @cached_property
    def complaints(self) -> list[Complaint]:
        """Return everything that is wrong or weak, the most serious first."""
        found = [
            *_surprises(self.trials),
            *self.measured,
            *_narrow(self.items),
            *lint(self.assignment),
        ]
        return sorted(found, key=lambda one: one.severity.rank)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values under the keys of ``docs/validate.md``."""
        return {
            "assignment": self.assignment.spec.slug,
            "spec_digest": self.assignment.digest,
            "max_score": self.assignment.max_score,
            "holds": self.holds,
            "complaints": [asdict(one) for one in self.complaints],
            "trials": [_trial(one) for one in self.trials],
            "flakes": {
                "runs": len(self.trials),
                "not_as_stated": self.flakes,
                "bound": self.bound,
            },
            "items": [asdict(one) for one in self.items],
            "mistakes": None
            if self.mistakes is None
            else [asdict(one) for one in self.mistakes],
            "screening": None
            if self.screened is None
            else [{**asdict(one), "least": number(one.least)} for one in self.screened],
            "thresholds": None
            if self.thresholds is None
            else [asdict(one) for one in self.thresholds],
        }

    def summary(self) -> dict[str, Any]:
        """Return the few numbers that are kept when the assignment is published."""
        mistakes = None
        if self.mistakes is not None:
            caught = len(self.mistakes) - len(self.survivors)
            mistakes = {"known": len(self.mistakes), "caught": caught}
        return {
            "holds": self.holds,
            "runs": len(self.trials),
            "complaints": {
                str(severity): sum(one.severity is severity for one in self.complaints)
                for severity in Severity
            },
            "mistakes": mistakes,
        }


def unfair(pairs: Sequence[tuple[ConvergenceCheck, Measured]]) -> list[Complaint]:
    """Return what is wrong with stated thresholds, going by what was measured."""
    return [
        Complaint(
            Severity.CONTRADICTION,
            "threshold",
            f"check {check.params.id}, threshold",
            f"{reason[0].upper()}{reason[1:]}.",
        )
        for check, measured in pairs
        for reason in convergence_threshold.complaints(check, measured)
    ]


def _surprises(trials: Sequence[Trial]) -> list[Complaint]:
    """Return one complaint for each thing that surprised, however often it did."""
    found: dict[tuple[str, str], list[int]] = {}
    times: dict[str, int] = {}
    for trial in trials:
        times[trial.name] = times.get(trial.name, 0) + 1
        for surprise in trial.surprises:
            found.setdefault((trial.name, surprise), []).append(trial.seed)
    return [
        Complaint(
            Severity.CONTRADICTION,
            "solution" if name == SOLUTION else "sample",
            name if name == SOLUTION else f"samples/{name}",
            f"{surprise} ({len(seeds)} of {times[name]} runs; first with seed "
            f"{seeds[0]})",
        )
        for (name, surprise), seeds in found.items()
    ]


def _narrow(found: Sequence[Item]) -> list[Complaint]:
    """Return the items on which the solution passes with a small margin."""
    return [
        weak(
            "narrow-margin",
            one.item,
            f"The solution is {one.distance:.3g} conditioned ulps off, where double "
            f"precision may be {DOUBLE_BOUND:.3g} off: other right code may round a "
            "little worse. Is it computed in single precision, or in a way that loses "
            "digits?",
        )
        for one in found
        if one.distance is not None and one.distance > DOUBLE_BOUND / LEAST_MARGIN
    ]


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "name": trial.name,
        "about": trial.about,
        "seed": trial.seed,
        "score": trial.score,
        "surprises": list(trial.surprises),
        "seconds": round(trial.seconds, 3),
    }
