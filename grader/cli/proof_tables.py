"""How a proof of an assignment looks in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.cli.mistakes_table import print_mistakes
from grader.cli.proof import Proof
from grader.cli.table import plain
from grader.cli.trials import Trial
from grader.validation.complaints import Complaint, Severity
from grader.validation.convergence_threshold import Threshold
from grader.validation.flakes import Item
from grader.validation.screening import Screened

# A word beside the colour: severities must be readable without it.
COLOURS = {
    Severity.CONTRADICTION: "red",
    Severity.WEAK: "yellow",
    Severity.ADVICE: "cyan",
}


def print_proof(console: Console, proof: Proof) -> None:
    """Print what ran, what each item cost, what survives, and the verdict last."""
    console.print(_trials(proof.trials))
    console.print()
    console.print(_items(proof.items))
    console.print(_flakes(proof), highlight=False)
    if proof.mistakes is not None:
        print_mistakes(console, proof.mistakes)
    if proof.screened:
        _print_screened(console, proof)
    for one in proof.thresholds or ():
        _print_threshold(console, one)
    if proof.complaints:
        console.print()
        console.print(complaints_table(proof.complaints))
    console.print()
    console.print(_verdict(proof), highlight=False)


def complaints_table(complaints: Sequence[Complaint]) -> Table:
    """Return one row for each complaint."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("how serious", no_wrap=True)
    table.add_column("where", overflow="fold", max_width=36)
    table.add_column("what")
    for one in complaints:
        colour = COLOURS[one.severity]
        table.add_row(
            f"[{colour}]{one.severity}[/{colour}]",
            escape(one.key),
            escape(one.sentence),
        )
    return table


def _trials(trials: Sequence[Trial]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("submission", no_wrap=True)
    for title in ("runs", "score", "s"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("as stated?", no_wrap=True)
    for name in dict.fromkeys(trial.name for trial in trials):
        mine = [trial for trial in trials if trial.name == name]
        wrong = sum(bool(trial.surprises) for trial in mine)
        table.add_row(
            name,
            str(len(mine)),
            _scores(mine),
            f"{max(trial.seconds for trial in mine):.1f}",
            f"[red]not in {wrong}[/red]" if wrong else "[green]yes[/green]",
        )
    return table


def _scores(trials: Sequence[Trial]) -> str:
    """Write a score, or the least and the greatest of several."""
    scores = [trial.score for trial in trials if trial.score is not None]
    if not scores:
        return "refused"
    ends = dict.fromkeys((plain(min(scores)), plain(max(scores))))
    return " to ".join(ends)


def _items(items: Sequence[Item]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    # Where a terminal is narrow, a long name is broken and no number is cut.
    table.add_column("item", overflow="fold")
    for title in ("judged", "flakes", "below", "median s", "max s"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in items:
        table.add_row(
            one.item,
            str(one.runs),
            f"[red]{one.flakes}[/red]" if one.flakes else "0",
            f"{one.bound:.2g}",
            f"{one.median_seconds:.3f}",
            f"{one.max_seconds:.3f}",
        )
    return table


def _flakes(proof: Proof) -> str:
    return (
        f"{len(proof.trials)} runs, {proof.flakes} not as stated; the rate of such "
        f"runs is below {proof.bound:.2g}. Rates hold with 95 % confidence."
    )


def _print_screened(console: Console, proof: Proof) -> None:
    every = proof.screened or ()
    console.print(
        f"{len(every)} known mistakes held against drawn inputs, "
        f"{len(every) - len(proof.unclear)} clearly visible on all of them",
        highlight=False,
    )
    if proof.unclear:
        console.print("\nNot clearly visible on every draw:", style="yellow")
        console.print(_screened(proof.unclear))


def _screened(unclear: Sequence[Screened]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("component", "id"):
        table.add_column(title, no_wrap=True)
    table.add_column("mistake")
    table.add_column("visible", justify="right", no_wrap=True)
    table.add_column("why")
    for one in unclear:
        table.add_row(
            one.component, one.id, escape(one.title), f"{one.visible:.0%}", one.reason
        )
    return table


def _print_threshold(console: Console, one: Threshold) -> None:
    console.print(
        f"\nThreshold of {one.check}: {one.stated:g}. Of {one.right_runs} right runs, "
        f"95 % reach {one.most:g} and half of them {one.median:g}; guessing reaches "
        f"{one.guess:.3g}. The threshold was missed by {one.missed}, so right code "
        f"misses it in {_tries(one.tries)} with a probability below {one.below:.1g}. "
        "What was measured, as lines for the check:",
        highlight=False,
    )
    # Not folded, so that the lines can be copied.
    console.print(one.lines.rstrip(), style="dim", soft_wrap=True, markup=False)


def _tries(count: int) -> str:
    return "its only run" if count == 1 else f"all of {count} runs"


def _verdict(proof: Proof) -> str:
    name, wrong = proof.assignment.spec.slug, len(proof.contradictions)
    if proof.holds:
        return f"[green]{name} holds[/green]"
    word = "contradiction" if wrong == 1 else "contradictions"
    return f"[red]{name} does not hold[/red]: {wrong} {word}"
