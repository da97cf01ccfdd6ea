"""Find out everything about an assignment in one go, with a bar in the terminal."""

from pathlib import Path

from rich.console import Console

from grader.assignments import Assignment
from grader.cli.trials import run_trials
from grader.contract.jail import Jail
from grader.validation import convergence_threshold
from grader.validation.complaints import Complaint
from grader.validation.convergence_threshold import Threshold
from grader.validation.engine_mistakes import engine_mistakes
from grader.validation.known_mistakes import known_mistakes
from grader.validation.proof import Proof, unfair
from grader.validation.screening import screened

__all__ = ["Proof", "prove"]


def prove(
    loaded: Assignment,
    path: Path,
    jail: Jail,
    console: Console,
    *,
    runs: int = 1,
    mistakes: bool = True,
    thresholds: bool = True,
) -> Proof:
    """Find out whether an assignment holds.

    Parameters
    ----------
    runs
        How often solution and samples are graded, each time with other secret inputs.
    mistakes
        Whether known mistakes are made on purpose.
    thresholds
        Whether thresholds are measured again, which takes seconds to minutes.

    Raises
    ------
    AssignmentError
        If there is no solution to prove anything with.
    """
    trials = run_trials(loaded, path, jail, runs, console)
    made = seen = None
    if mistakes:
        with console.status("making every known mistake"):
            made = [*known_mistakes(loaded), *engine_mistakes(loaded)]
            seen = list(screened(loaded))
    complaints: list[Complaint] = []
    found: list[Threshold] | None = None
    if thresholds:
        with console.status("measuring thresholds again"):
            pairs = list(convergence_threshold.measured_checks(loaded))
        complaints = unfair(pairs)
        found = [convergence_threshold.threshold(*pair) for pair in pairs]
    return Proof(loaded, trials, made, seen, complaints, found)
