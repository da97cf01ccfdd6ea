"""``grader validate``: prove that an assignment does what it states."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from grader import assignments, engine, intake
from grader.assignments import Assignment, Sample
from grader.cli.grade import read_uploads
from grader.cli.mistakes_table import print_mistakes
from grader.cli.table import plain, progress_bar
from grader.config import Settings
from grader.contract.jail import Jail
from grader.errors import AssignmentError, RefusedError
from grader.validation.known_mistakes import Mistake, known_mistakes
from worker.loop import jail_for

SOLUTION = "solution"
FIRST_SEED = 20_001


@dataclass(frozen=True, slots=True)
class Trial:
    """One submission graded once, held against what it states.

    Parameters
    ----------
    surprises
        Sentences; empty if everything came out as stated.
    """

    name: str
    about: str
    seed: int
    score: float | None
    surprises: tuple[str, ...]
    seconds: float


@click.command()
@click.argument("assignment")
@click.option(
    "--runs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Grade everything this often, each time with other secret inputs.",
)
@click.option(
    "--mistakes/--no-mistakes",
    default=True,
    show_default=True,
    help="Let every known mistake of each component be judged too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def validate(assignment: str, runs: int, mistakes: bool, as_json: bool) -> None:
    """Prove that ASSIGNMENT holds: its solution scores all, its samples as they state.

    Then every mistake that the library knows about its components is made on purpose:
    one that costs no points survives, and is listed with the reason. Exits with 1 if
    the solution or a sample comes out otherwise than stated; survivors are a warning.
    """
    path = assignments.find(assignment)
    loaded = assignments.load_folder(path)
    console = Console(stderr=as_json)
    trials = run_trials(
        loaded, path, jail_for(Settings.from_environment()), runs, console
    )
    found = list(known_mistakes(loaded)) if mistakes else None
    if as_json:
        click.echo(json.dumps(_document(loaded, trials, found)))
    else:
        console.print(_table(trials))
        console.print(_summary(trials), highlight=False)
        if found is not None:
            print_mistakes(console, found)
    if any(trial.surprises for trial in trials):
        raise SystemExit(1)


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


def solution_sample(loaded: Assignment, path: Path) -> Sample:
    """Return the instructor's solution as a sample that must score everything.

    Raises
    ------
    AssignmentError
        If the folder has none.
    """
    folder = path / SOLUTION
    if not folder.is_dir():
        raise AssignmentError([f"{SOLUTION}/: the instructor's solution is missing"])
    return Sample(
        name=SOLUTION,
        about="The instructor's solution scores everything.",
        files=read_uploads(folder),
        expected_score=loaded.max_score,
        expected={},
        diagnoses={},
        refused=None,
    )


def attempt(loaded: Assignment, sample: Sample, seed: int, jail: Jail) -> Trial:
    """Grade one sample and say where it surprises."""
    try:
        prepared = intake.prepare(sample.files, entry=loaded.spec.submission.entry)
    except RefusedError as refusal:
        surprises = []
        if refusal.code != sample.refused:
            wanted = sample.refused or "to be graded"
            surprises = [f"expected {wanted}, but it was refused: {refusal.code}"]
        return Trial(sample.name, sample.about, seed, None, tuple(surprises), 0.0)
    report = engine.grade(loaded, prepared.files, prepared.entry, seed=seed, jail=jail)
    surprises = sample.surprises(report)
    if sample.refused is not None:
        surprises.insert(0, f"expected to be refused: {sample.refused}")
    return Trial(
        sample.name, sample.about, seed, report.score, tuple(surprises), report.seconds
    )


def _table(trials: list[Trial]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, justify in (("sample", "left"), ("score", "right"), ("s", "right")):
        table.add_column(title, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("as stated?")
    for trial in trials:
        table.add_row(
            trial.name,
            "refused" if trial.score is None else plain(trial.score),
            f"{trial.seconds:.1f}",
            "[green]yes[/green]"
            if not trial.surprises
            else "[red]no[/red] " + "\n".join((f"seed {trial.seed}", *trial.surprises)),
        )
    return table


def _summary(trials: list[Trial]) -> str:
    wrong = sum(bool(trial.surprises) for trial in trials)
    # No surprise in n runs: the rate is below 3/n with 95 % confidence.
    bound = f"; flake rate below {3 / len(trials):.2g} at 95 %" if not wrong else ""
    return f"{len(trials)} runs, {wrong} not as stated{bound}"


def _document(
    loaded: Assignment, trials: list[Trial], mistakes: list[Mistake] | None
) -> dict[str, object]:
    return {
        "mistakes": None if mistakes is None else [asdict(one) for one in mistakes],
        "assignment": loaded.spec.slug,
        "spec_digest": loaded.digest,
        "max_score": loaded.max_score,
        "holds": not any(trial.surprises for trial in trials),
        "trials": [
            {
                "name": trial.name,
                "about": trial.about,
                "seed": trial.seed,
                "score": trial.score,
                "surprises": list(trial.surprises),
                "seconds": round(trial.seconds, 3),
            }
            for trial in trials
        ],
    }
