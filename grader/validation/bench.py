"""A proof in small programs, so that it can stop after each and go on elsewhere.

What came of the programs so far is plain JSON. Whoever runs them keeps it, and hands it
to whoever runs the next one.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from grader.assignments import Assignment, Sample
from grader.checks.convergence import ConvergenceCheck
from grader.checks.evidence import number
from grader.contract.jail import Jail
from grader.validation import convergence_threshold as thresholds
from grader.validation.complaints import Complaint, Severity
from grader.validation.convergence_threshold import RightRun
from grader.validation.engine_mistakes import engine_candidates, judged_engine
from grader.validation.flakes import Judgement
from grader.validation.known_mistakes import Fate, Mistake, candidates, judged
from grader.validation.proof import Proof, unfair
from grader.validation.sample_runs import FIRST_SEED, Trial, attempt
from grader.validation.screening import Screened, screened_part

Found = dict[str, Any]
# A training takes up to half a second, and nobody should wait for many of them.
TRAININGS_AT_ONCE = 5
_TRIALS, _MISTAKES, _SCREENED, _TRAININGS = (
    "trials",
    "mistakes",
    "screened",
    "trainings",
)


@dataclass(frozen=True, slots=True)
class Program:
    """One step: what it is called, which list it adds to, and how it is run."""

    name: str
    part: str
    run: Callable[[], list[Found]]


class Bench:
    """The programs that prove one assignment, and what came of them.

    Parameters
    ----------
    solution
        ``None`` where there is none; the proof then does not hold.
    samples
        Submissions that state their score.
    runs
        How often solution and samples are graded, each time with other secret inputs.
    between
        Called between the checks of a submission; what it raises ends the step, which
        has to be done again.
    """

    def __init__(
        self,
        assignment: Assignment,
        solution: Sample | None,
        samples: Sequence[Sample],
        jail: Jail,
        *,
        runs: int = 1,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        self.assignment = assignment
        self._has_solution = solution is not None
        stated = [*([solution] if solution else []), *samples]
        grade = partial(_graded, assignment, jail, between)
        self.programs = tuple(_programs(assignment, stated, grade, runs))
        self._mark = hashlib.sha256(
            "\0".join(program.name for program in self.programs).encode()
        ).hexdigest()

    def resumed(self, kept: Found | None) -> Found:
        """Return what was kept, or a fresh start where it is not of these programs.

        Another version of the grader may know other mistakes.
        """
        if kept and kept.get("mark") == self._mark:
            return kept
        parts = (_TRIALS, _MISTAKES, _SCREENED, _TRAININGS)
        return {"mark": self._mark, "done": 0, **{part: [] for part in parts}}

    def step(self, kept: Found) -> Found:
        """Run the next program and return what is known then.

        Raises
        ------
        SandboxUnavailableError
            If the jail failed; nothing is known of this program then.
        """
        program = self.programs[kept["done"]]
        found = program.run()
        return {
            **kept,
            "done": kept["done"] + 1,
            program.part: [*kept[program.part], *found],
        }

    def proof(self, kept: Found) -> Proof:
        """Return the proof once every program has run."""
        pairs = [
            (check, thresholds.collected(check, _right_runs(kept, check)))
            for check in _measured(self.assignment)
        ]
        measured = list(unfair(pairs))
        if not self._has_solution:
            measured.append(_no_solution())
        return Proof(
            self.assignment,
            [_trial(one) for one in kept[_TRIALS]],
            [_mistake(one) for one in kept[_MISTAKES]],
            [
                Screened(**{**one, "least": float(one["least"])})
                for one in kept[_SCREENED]
            ],
            measured,
            [thresholds.threshold(*pair) for pair in pairs],
        )


def _programs(
    assignment: Assignment,
    stated: Iterable[Sample],
    grade: Callable[[Sample, int], list[Found]],
    runs: int,
) -> Iterator[Program]:
    for sample in stated:
        for run in range(runs):
            graded = partial(grade, sample, FIRST_SEED + run)
            yield Program(f"{sample.name}, run {run + 1}", _TRIALS, graded)
    for candidate in candidates(assignment):
        made = partial(_made, partial(judged, assignment, candidate))
        yield Program(f"{candidate.part.name}: {candidate.entry.id}", _MISTAKES, made)
    for check, wrong in engine_candidates(assignment):
        made = partial(_made, partial(judged_engine, assignment, check, wrong))
        yield Program(f"{check.params.id}: {wrong.id}", _MISTAKES, made)
    for spec in assignment.spec.components:
        drawn = partial(_drawn, assignment, spec.to_component())
        yield Program(f"inputs of {spec.name}", _SCREENED, drawn)
    for learns in _measured(assignment):
        for first in range(0, thresholds.RUNS, TRAININGS_AT_ONCE):
            trained = partial(_trained, learns, first)
            yield Program(f"{learns.params.id}: from {first + 1}", _TRAININGS, trained)


def _measured(assignment: Assignment) -> list[ConvergenceCheck]:
    return [one for one in assignment.checks if isinstance(one, ConvergenceCheck)]


def _graded(
    assignment: Assignment,
    jail: Jail,
    between: Callable[[], None],
    sample: Sample,
    seed: int,
) -> list[Found]:
    trial = attempt(assignment, sample, seed, jail, lambda _: between())
    judgements = [
        {**asdict(one), "distance": _named(one.distance)} for one in trial.judgements
    ]
    return [{**asdict(trial), "judgements": judgements}]


def _made(judge: Callable[[], Mistake]) -> list[Found]:
    return [asdict(judge())]


def _drawn(assignment: Assignment, part: Any) -> list[Found]:
    return [
        {**asdict(one), "least": number(one.least)}
        for one in screened_part(assignment, part)
    ]


def _trained(check: ConvergenceCheck, first: int) -> list[Found]:
    last = min(first + TRAININGS_AT_ONCE, thresholds.RUNS)
    return [
        {
            "check": check.params.id,
            "accuracy": run.accuracy,
            "curve": None if run.curve is None else [number(one) for one in run.curve],
        }
        for run in thresholds.trained(check, range(first, last))
    ]


def _right_runs(kept: Found, check: ConvergenceCheck) -> Iterator[RightRun]:
    for one in kept[_TRAININGS]:
        if one["check"] == check.params.id:
            curve = one["curve"]
            yield RightRun(
                one["accuracy"],
                None if curve is None else tuple(float(loss) for loss in curve),
            )


def _trial(found: Found) -> Trial:
    judgements = tuple(
        Judgement(**{**one, "distance": _plain(one["distance"])})
        for one in found["judgements"]
    )
    surprises = tuple(found["surprises"])
    return Trial(**{**found, "surprises": surprises, "judgements": judgements})


def _mistake(found: Found) -> Mistake:
    lists = {name: tuple(found[name]) for name in ("quantities", "caught_by")}
    return Mistake(**{**found, **lists, "fate": Fate(found["fate"])})


def _screened(found: Found) -> Screened:
    return Screened(**{**found, "least": float(found["least"])})


def _named(value: float | None) -> float | str | None:
    return None if value is None else number(value)


def _plain(value: float | str | None) -> float | None:
    return None if value is None else float(value)


def _no_solution() -> Complaint:
    return Complaint(
        Severity.CONTRADICTION,
        "solution",
        "solution/",
        "The instructor's solution is missing: without it nobody knows whether right "
        "code scores everything.",
    )
