"""Grade an assignment's solution and samples, with a bar that shows how far it is."""

from pathlib import Path

from rich.console import Console

from grader import assignments
from grader.assignments import Assignment
from grader.cli.table import progress_bar
from grader.contract.jail import Jail
from grader.validation.sample_runs import (
    FIRST_SEED,
    SOLUTION,
    Trial,
    attempt,
    solution_sample,
)

__all__ = [
    "SOLUTION",
    "Trial",
    "attempt",
    "run_trials",
    "solution_sample",
]


def run_trials(
    loaded: Assignment, path: Path, jail: Jail, runs: int, console: Console
) -> list[Trial]:
    """Grade the solution and every sample ``runs`` times.

    Raises
    ------
    AssignmentError
        If there is no solution to prove anything with.
    """
    solution = solution_sample(loaded, path)
    todo = [
        (sample, FIRST_SEED + run)
        for sample in (solution, *assignments.samples(path))
        for run in range(runs)
    ]
    trials = []
    with progress_bar(console) as bar:
        task = bar.add_task("", total=len(todo))
        for sample, seed in todo:
            bar.update(task, description=sample.name)
            trials.append(attempt(loaded, sample, seed, jail))
            bar.advance(task)
    return trials
