"""How results look in a terminal: a table, a progress bar, a line per submission."""

from collections.abc import Sequence
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from grader.report import CheckResult, Report, Verdict

# A word beside the colour: verdicts must be readable without it.
LOOK = {
    Verdict.PASSED: ("passed", "green"),
    Verdict.FAILED: ("failed", "red"),
    Verdict.ERRORED: ("error", "red"),
    Verdict.SKIPPED: ("skipped", "yellow"),
    Verdict.BROKEN: ("our fault", "magenta"),
}


class HasPoints(Protocol):
    """Anything with points, such as a check or a report."""

    points: float
    max_points: float


def plain(number: float) -> str:
    """Write points without needless zeros: ``4``, ``2.5``, ``3.33``."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def points(earned: float, most: float) -> str:
    """Write ``3/4``, or a dash for a check that is feedback only."""
    return f"{plain(earned)}/{plain(most)}" if most else "-"


def verdict_text(verdict: Verdict) -> Text:
    """Return the verdict's word in its colour."""
    word, colour = LOOK[verdict]
    return Text(word, style=colour)


def results_table(results: Sequence[CheckResult]) -> Table:
    """Return one row for each quantity of each check, with the message beside it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("check", "quantity"):
        table.add_column(title, no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("what to know")
    previous = None
    for result in results:
        shown = "" if result.check == previous else result.check
        previous = result.check
        message = Text("" if is_plain_pass(result) else result.message)
        if result.diagnosis is not None:
            message.append(f"\nLooks like: {result.diagnosis.title}.", style="bold")
            message.append(f" {result.diagnosis.hint}")
        table.add_row(
            shown,
            result.quantity,
            verdict_text(result.verdict),
            points(result.points, result.max_points),
            message,
        )
    return table


def is_plain_pass(result: CheckResult) -> bool:
    """Tell whether there is nothing to read: passed, and no notice."""
    return result.verdict is Verdict.PASSED and not result.evidence.get("notice")


def print_report(console: Console, name: str, report: Report) -> None:
    """Print the table of one submission and its score."""
    console.print(f"\n[bold]{name}[/bold]", highlight=False)
    for notice in report.notices:
        console.print(f"note: {notice}", style="yellow", highlight=False, markup=False)
    console.print(results_table(report.results))
    console.print(
        f"score {plain(report.score)} of {plain(report.max_score)}"
        f"   (seed {report.seed}, jail {report.jail_tier}, {report.seconds:.1f} s)",
        highlight=False,
    )


def progress_bar(console: Console) -> Progress:
    """Return a progress bar that shows which check of how many is running."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
