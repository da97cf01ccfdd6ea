"""``grader grade``: grade files on this machine, in the same jail as the service."""

import json
import secrets
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress as ProgressBar
from rich.progress import TaskID

from grader import assignments, engine, intake
from grader.assignments import Assignment
from grader.cli.table import print_report, progress_bar
from grader.config import Settings
from grader.contract.jail import Jail
from grader.errors import RefusedError
from grader.intake.folders import read_uploads
from grader.report import Report, ReportStatus
from worker.loop import jail_for

__all__ = ["grade", "read_uploads"]


@click.command()
@click.argument("assignment")
@click.argument(
    "submissions",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="SUBMISSION...",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line per submission.")
@click.option("--seed", type=click.IntRange(0), help="Repeat a run exactly.")
@click.option("--only", multiple=True, metavar="CHECK", help="Run these checks only.")
@click.option(
    "--replay",
    is_flag=True,
    help="Print failing cases as code, for checks whose inputs are public.",
)
def grade(
    assignment: str,
    submissions: tuple[Path, ...],
    as_json: bool,
    seed: int | None,
    only: tuple[str, ...],
    replay: bool,
) -> None:
    """Grade SUBMISSION files against ASSIGNMENT, a shipped name or a folder.

    A SUBMISSION is a .py file, a notebook, a zip, or a folder of them. Exits with 0
    when every submission could be graded, whatever it scored; with 2 when one was
    refused; with 3 when the grader itself failed.
    """
    loaded = assignments.load_folder(assignments.find(assignment))
    jail = jail_for(Settings.from_environment())
    console = Console(stderr=as_json)
    refused = broken = False
    for path in submissions:
        try:
            report = _grade_one(loaded, path, seed, jail, only, console)
        except RefusedError as refusal:
            refused = True
            _show_refusal(path, refusal, as_json)
            continue
        broken = broken or report.status is ReportStatus.NEEDS_ATTENTION
        if as_json:
            click.echo(json.dumps({"submission": str(path), **report.to_json()}))
        else:
            print_report(console, str(path), report, replay=replay)
    if refused or broken:
        raise SystemExit(2 if refused else 3)


def _grade_one(
    loaded: Assignment,
    path: Path,
    seed: int | None,
    jail: Jail,
    only: tuple[str, ...],
    console: Console,
) -> Report:
    prepared = intake.prepare(read_uploads(path), entry=loaded.spec.submission.entry)
    with progress_bar(console) as bar:
        return engine.grade(
            loaded,
            prepared.files,
            prepared.entry,
            seed=secrets.randbits(63) if seed is None else seed,
            jail=jail,
            only=set(only) or None,
            notices=prepared.notices,
            on_progress=_follow(bar, path.name),
        )


def _follow(bar: ProgressBar, name: str) -> "engine.ProgressListener":
    """Return a listener that moves the bar to the check that runs."""
    task: TaskID = bar.add_task(name, total=None)

    def listener(progress: engine.Progress) -> None:
        ended = progress.results is not None
        bar.update(
            task,
            description=f"{name}: {progress.check.title}",
            total=progress.total,
            completed=progress.index if ended else progress.index - 1,
        )

    return listener


def _show_refusal(path: Path, refusal: RefusedError, as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps(
                {
                    "submission": str(path),
                    "status": "refused",
                    "code": refusal.code,
                    "message": refusal.message,
                    "detail": refusal.detail,
                }
            )
        )
        return
    click.echo(f"{path}: {refusal.message}", err=True)
    if refusal.detail:
        click.echo(refusal.detail, err=True)
