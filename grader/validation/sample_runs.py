"""Grade a solution or a sample once, and hold the result against what it states."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import engine, intake
from grader.assignments import Assignment, Sample
from grader.contract.jail import Jail
from grader.errors import AssignmentError, RefusedError
from grader.intake.folders import read_uploads
from grader.report import CheckResult, Verdict
from grader.validation.flakes import Judgement

SOLUTION = "solution"
FIRST_SEED = 20_001


@dataclass(frozen=True, slots=True)
class Trial:
    """One submission graded once, held against what it states.

    Parameters
    ----------
    surprises
        Sentences; empty if everything came out as stated.
    judgements
        One for each item; none where the upload was refused.
    """

    name: str
    about: str
    seed: int
    score: float | None
    surprises: tuple[str, ...]
    seconds: float
    judgements: tuple[Judgement, ...] = ()


def solution_sample(loaded: Assignment, path: Path) -> Sample:
    """Return the instructor's solution as a sample that must score everything.

    Raises
    ------
    AssignmentError
        If the folder has none.
    """
    folder = path / SOLUTION
    if not folder.is_dir():
        raise AssignmentError(
            [
                f"{SOLUTION}/: the instructor's solution is missing. Without it nobody "
                "knows whether right code scores everything"
            ]
        )
    return Sample(
        name=SOLUTION,
        about="The instructor's solution scores everything.",
        files=read_uploads(folder),
        expected_score=loaded.max_score,
        expected={},
        diagnoses={},
        refused=None,
    )


def attempt(
    loaded: Assignment,
    sample: Sample,
    seed: int,
    jail: Jail,
    on_progress: engine.ProgressListener | None = None,
) -> Trial:
    """Grade one sample and say where it surprises.

    Parameters
    ----------
    on_progress
        Called before and after each check; what it raises ends the attempt.
    """
    try:
        prepared = intake.prepare(sample.files, entry=loaded.spec.submission.entry)
    except RefusedError as refusal:
        surprises = []
        if refusal.code != sample.refused:
            wanted = sample.refused or "to be graded"
            surprises = [f"expected {wanted}, but it was refused: {refusal.code}"]
        return Trial(sample.name, sample.about, seed, None, tuple(surprises), 0.0)
    report = engine.grade(
        loaded,
        prepared.files,
        prepared.entry,
        seed=seed,
        jail=jail,
        on_progress=on_progress,
    )
    surprises = sample.surprises(report)
    if sample.refused is not None:
        surprises.insert(0, f"expected to be refused: {sample.refused}")
    return Trial(
        name=sample.name,
        about=sample.about,
        seed=seed,
        score=report.score,
        surprises=tuple(surprises),
        seconds=report.seconds,
        judgements=_judgements(sample, report.results),
    )


def _judgements(
    sample: Sample, results: Sequence[CheckResult]
) -> tuple[Judgement, ...]:
    return tuple(
        Judgement(
            item=f"{result.check}.{result.quantity}",
            as_stated=_is_as_stated(sample, result),
            seconds=result.seconds,
            distance=_distance(result) if sample.name == SOLUTION else None,
        )
        for result in results
    )


def _is_as_stated(sample: Sample, result: CheckResult) -> bool:
    key = (result.check, result.quantity)
    given = getattr(result.diagnosis, "id", None)
    verdicts = sample.expected.get(key, (Verdict.PASSED,))
    return result.verdict in verdicts and sample.diagnoses.get(key, given) == given


def _distance(result: CheckResult) -> float | None:
    found = result.evidence.get("distance")
    return found if isinstance(found, float) else None
