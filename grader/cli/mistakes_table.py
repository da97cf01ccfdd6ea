"""How the known mistakes of an assignment look in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from grader.validation.known_mistakes import Fate, Mistake


def print_mistakes(console: Console, mistakes: Sequence[Mistake]) -> None:
    """Print one row for each component, then every mistake that is not caught."""
    if not mistakes:
        console.print("\nThe library knows no mistakes of these components.")
        return
    console.print()
    console.print(_components(mistakes))
    survivors = [one for one in mistakes if one.fate is not Fate.CAUGHT]
    if survivors:
        console.print("\nNot caught:", style="yellow")
        console.print(_survivors(survivors))
    caught = len(mistakes) - len(survivors)
    console.print(
        f"{len(mistakes)} known mistakes, {caught} caught, {len(survivors)} not",
        highlight=False,
    )


def _components(mistakes: Sequence[Mistake]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("component", no_wrap=True)
    for title in ("known mistakes", "caught", "named", "not caught"):
        table.add_column(title, justify="right", no_wrap=True)
    for name in dict.fromkeys(one.component for one in mistakes):
        mine = [one for one in mistakes if one.component == name]
        caught = [one for one in mine if one.fate is Fate.CAUGHT]
        missed = len(mine) - len(caught)
        table.add_row(
            name,
            str(len(mine)),
            str(len(caught)),
            str(sum(one.named for one in caught)),
            f"[yellow]{missed}[/yellow]" if missed else "0",
        )
    return table


def _survivors(survivors: Sequence[Mistake]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("component", "id"):
        table.add_column(title, no_wrap=True)
    table.add_column("mistake")
    table.add_column("why")
    for one in survivors:
        table.add_row(
            one.component, one.id, one.title, f"{one.fate.value}: {one.reason}"
        )
    return table
