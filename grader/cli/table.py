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


# As a share of the right number.
_CLOSE = 0.01


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
        if result.verdict in (Verdict.FAILED, Verdict.ERRORED):
            message.append(_facts(result), style="dim")
        table.add_row(
            shown,
            result.quantity,
            verdict_text(result.verdict),
            points(result.points, result.max_points),
            message,
        )
    return table


def _facts(result: CheckResult) -> str:
    """Return what went in, and how far off the answer is, as lines of their own."""
    case = result.evidence.get("case", {})
    shapes = ", ".join(f"{name} {tuple(size)}" for name, size in case.items() if size)
    distance = result.evidence.get("distance_in_words", "")
    lines = (
        f"Inputs: {shapes}." if shapes else "",
        distance if _is_close(result) else "",
    )
    return "".join(f"\n{line}" for line in lines if line)


def _is_close(result: CheckResult) -> bool:
    """Tell whether the worst entry is nearly right, so that rounding is a question."""
    right, got = result.evidence.get("expected"), result.evidence.get("got")
    if not isinstance(right, float) or not isinstance(got, float):
        return False
    return abs(got - right) <= _CLOSE * abs(right)


def is_plain_pass(result: CheckResult) -> bool:
    """Tell whether there is nothing to read: passed, and no notice."""
    return result.verdict is Verdict.PASSED and not result.evidence.get("notice")


def print_report(
    console: Console, name: str, report: Report, *, replay: bool = False
) -> None:
    """Print the table of one submission and its score.

    Parameters
    ----------
    replay
        Whether to print failing cases as code, where their inputs are public.
    """
    console.print(f"\n[bold]{name}[/bold]", highlight=False)
    for notice in report.notices:
        console.print(f"note: {notice}", style="yellow", highlight=False, markup=False)
    console.print(results_table(report.results))
    shown = [result for result in report.results if result.evidence.get("replay")]
    for result in shown if replay else ():
        console.print(f"\n[bold]{result.check}, {result.quantity}[/bold]:")
        # Long lines stay whole, so that they can be copied out of a terminal.
        console.out(result.evidence["replay"], highlight=False)
    if shown and not replay:
        count = f"{len(shown)} failing case" + ("s" if len(shown) > 1 else "")
        console.print(f"{count} can be run at home: add --replay to see the code.")
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
