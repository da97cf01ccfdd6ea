"""``grader demo``: the whole service with a course, graded through the front door."""

import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from grader import assignments
from grader.assignments import Sample
from grader.cli.browser import Browser, PageError
from grader.cli.demo_course import ASSIGNMENT, DemoCourse, create_demo_course
from grader.cli.serve import ready_service
from grader.cli.table import plain, progress_bar, results_table
from grader.config import Settings
from grader.models import RunStatus
from grader.report import CheckResult, Verdict

PATIENCE_SECONDS = 180
POLL_SECONDS = 0.1
PENDING = {RunStatus.QUEUED.value, RunStatus.RUNNING.value}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one sample came to.

    Parameters
    ----------
    surprises
        Sentences; empty if it scored exactly as it states.
    """

    sample: Sample
    results: tuple[CheckResult, ...]
    score: float | None
    max_score: float
    surprises: tuple[str, ...]
    path: str


@click.command()
@click.option("--once", is_flag=True, help="End after grading; 0 only if all is right.")
@click.option("--port", default=8000, show_default=True, help="If taken, another.")
@click.option("--verbose", is_flag=True, help="Print every check of every sample.")
@click.option("--since", type=float, help="Count the time from here (seconds of 1970).")
def demo(once: bool, port: int, verbose: bool, since: float | None) -> None:
    """Start everything, grade real samples as a student would, and keep serving."""
    started = time.time() if since is None else since
    # So that the temporary home goes however this ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    if not console.is_terminal:
        console = Console(width=110)
    with temporary_home() as home:
        settings = Settings.from_environment({"GRADER_HOME": str(home)}).prepare_home()
        console.print("starting broker, worker and web ...", highlight=False)
        with ready_service(settings, port=0 if once else _free(port)) as url:
            course = create_demo_course(settings)
            ready = time.time() - started
            console.print(f"ready after {ready:.0f} s at {url}", highlight=False)
            wrong = _grade_all(console, url, course, verbose, started)
            if once:
                raise SystemExit(1 if wrong else 0)
            _invite(console, url, course, home)
            _serve_until_interrupted(console)


def _free(port: int) -> int:
    """Return the port, or 0 for any other if something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


@contextmanager
def temporary_home() -> Iterator[Path]:
    """Give a data home that is gone afterwards."""
    with tempfile.TemporaryDirectory(
        prefix="grader-demo-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _grade_all(
    console: Console, url: str, course: DemoCourse, verbose: bool, started: float
) -> int:
    """Hand in every sample; return how many did not come out as they state."""
    samples = sorted(
        assignments.samples(assignments.shipped(ASSIGNMENT)),
        key=lambda sample: (-(sample.expected_score or 0), sample.name),
    )
    browser = Browser(url)
    browser.sign_in(course.student.email, course.student.password)
    wrong = 0
    for number, sample in enumerate(samples, start=1):
        with progress_bar(console) as bar:
            outcome = hand_in(browser, course, sample, bar)
        _show(console, outcome, verbose or number == 1)
        wrong += bool(outcome.surprises)
        if number == 1:
            seconds = time.time() - started
            console.print(f"first one graded {seconds:.0f} s after the start\n")
    verdict = "all exactly as they state" if not wrong else f"{wrong} NOT as stated"
    console.print(f"\n{len(samples)} samples: {verdict}", highlight=False)
    return wrong


def hand_in(
    browser: Browser, course: DemoCourse, sample: Sample, bar: Progress | None = None
) -> Outcome:
    """Upload one sample through the page's form and follow it until it is graded.

    Raises
    ------
    PageError
        If the service does not answer, or does not finish within three minutes.
    """
    page = browser.submit(course.path, {}, sample.files, action=course.path)
    if page.status == 422:
        fine = sample.refused is not None
        surprises = () if fine else ("it was refused",)
        return Outcome(sample, (), None, 0.0, surprises, course.path)
    if page.status != 200:
        raise PageError(f"{sample.name}: the upload ended with status {page.status}")
    report = follow(browser, page.url.rstrip("/").rpartition("/")[2], sample.name, bar)
    results = tuple(CheckResult.from_json(result) for result in report["results"])
    return Outcome(
        sample,
        results,
        report["score"],
        report["max_score"],
        tuple(_surprises(sample, report, results)),
        page.url,
    )


def follow(
    browser: Browser, submission: str, name: str, bar: Progress | None = None
) -> dict[str, Any]:
    """Ask for the report until it is complete; return it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    task = bar.add_task(name, total=None) if bar else None
    while time.monotonic() < deadline:
        report = browser.get_json(f"/api/v1/submissions/{submission}")
        if report["status"] not in PENDING:
            return report
        if bar is not None and task is not None:
            place, now = report["queue_place"], report["progress"]
            doing = now["current"] or (f"in the queue, place {place}" if place else "")
            bar.update(
                task,
                description=f"{name}: {doing}",
                total=now["total"] or None,
                completed=now["done"],
            )
        time.sleep(POLL_SECONDS)
    raise PageError(f"{name} was not graded within {PATIENCE_SECONDS} s")


def _surprises(
    sample: Sample, report: dict[str, Any], results: tuple[CheckResult, ...]
) -> list[str]:
    found = sample.differences(report["score"], results)
    if report["status"] != RunStatus.GRADED.value:
        found.insert(0, f"the run ended as {report['status']}")
    if sample.refused is not None:
        found.insert(0, f"expected to be refused: {sample.refused}")
    return found


def _show(console: Console, outcome: Outcome, everything: bool) -> None:
    sample = outcome.sample
    mark = "[red]NOT as stated[/red]" if outcome.surprises else "[green]ok[/green]"
    score = (
        "refused, costs no attempt"
        if outcome.score is None
        else f"{plain(outcome.score)} of {plain(outcome.max_score)}"
    )
    console.print(f"[bold]{sample.name}[/bold]: {score}  {mark}", highlight=False)
    console.print(f"  {sample.about}", style="dim", highlight=False, markup=False)
    shown = [
        result
        for result in outcome.results
        if everything or result.verdict is not Verdict.PASSED
    ]
    if shown:
        console.print(results_table(shown if everything else shown[:3]))
        if len(shown) > 3 and not everything:
            console.print(f"  ... and {len(shown) - 3} more", style="dim")
    for surprise in outcome.surprises:
        console.print(f"  {surprise}", style="red", highlight=False, markup=False)


def _invite(console: Console, url: str, course: DemoCourse, home: Path) -> None:
    console.print(
        f"\nThe service is at [bold]{url}[/bold]. Sign in as", highlight=False
    )
    for person in course.people:
        console.print(
            f"  {person.role.value:<11}{person.email:<25}{person.password}",
            highlight=False,
            markup=False,
        )
    console.print(
        f"Its data is in {home} and goes when you stop it with Ctrl-C. "
        "`make serve` runs the service on data that stays.",
        highlight=False,
    )


def _serve_until_interrupted(console: Console) -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("\nstopping ...")
