"""``grader check``: is all that is kept still as it must be."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.cli.kept import existing_database
from grader.config import Settings
from grader.services import audit
from grader.services.audit import Head
from grader.services.invariants import Bounds, Finding, findings
from grader.storage import BlobStore

_MOST_SHOWN = 5
_HASH_DIGITS = 64
_CUT = Finding(
    "list-was-not-cut",
    "The list of what happened still begins with what was noted elsewhere.",
    ("entries that were there when this was noted are gone, or are others now.",),
)


class NotedHead(click.ParamType[Head]):
    """Reads ``ENTRIES:HASH``, as an earlier check printed it."""

    name = "entries:hash"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Head:
        """Return what was noted, or say how it must look."""
        if isinstance(value, Head):
            return value
        entries, _, digest = str(value).partition(":")
        if not entries.isdecimal() or len(digest) != _HASH_DIGITS:
            self.fail("must be a number, a colon and 64 hexadecimal digits", param, ctx)
        return Head(int(entries), digest.lower())


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--quick", is_flag=True, help="Look whether files are there, not inside.")
@click.option(
    "--waiting-hours",
    type=click.FloatRange(0, min_open=True),
    default=Bounds().live / 3600,
    show_default=True,
    help="A student's submission that waits longer is a fault.",
)
@click.option(
    "--noted",
    type=NotedHead(),
    help="The end of the list of what happened, as an earlier check printed it.",
)
def check(as_json: bool, quick: bool, waiting_hours: float, noted: Head | None) -> None:
    """Look whether all that is kept is as it must be; changes nothing.

    Receipts, rows, files, attempts, scores and the list of what happened are compared
    with each other, as they are at one moment; workers may go on meanwhile. Exits with
    1 if anything is wrong, with 3 if the database does not answer.
    """
    settings = Settings.from_environment()
    store = BlobStore(settings.blob_dir)
    bounds = Bounds(live=waiting_hours * 3600)
    with existing_database(settings) as database, database.read() as session:
        found = findings(session, store, bounds=bounds, reads_blobs=not quick)
        head = audit.head(session)
        if noted is not None and not audit.still_holds(session, noted):
            found.append(_CUT)
    if as_json:
        click.echo(_document(found, head))
    else:
        _print(found, head)
    if any(finding.broken for finding in found):
        raise SystemExit(1)


def _document(found: Sequence[Finding], head: Head) -> str:
    content = {
        "holds": not any(finding.broken for finding in found),
        "invariants": [asdict(finding) for finding in found],
        "audit": asdict(head),
    }
    return json.dumps(content, indent=2)


def _print(found: Sequence[Finding], head: Head) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for _ in range(2):
        table.add_column()
    for finding in found:
        look = "[red]NO[/red]" if finding.broken else "[green]ok[/green]"
        table.add_row(look, Text("\n".join(_lines(finding))))
    console = Console()
    if not console.is_terminal:
        # Wide enough that no sentence is broken in two.
        console = Console(width=240)
    console.print(table, highlight=False)
    console.print(
        f"Entries in the list of what happened: {head.entries}. Note its end "
        f"elsewhere, for --noted:\n{head.entries}:{head.hash}",
        highlight=False,
    )


def _lines(finding: Finding) -> list[str]:
    """Return the promise, and the first few things that break it."""
    more = len(finding.broken) - _MOST_SHOWN
    rest = [f"... and {more} more; --json lists all"] if more > 0 else []
    shown = [f"  {what}" for what in finding.broken[:_MOST_SHOWN]]
    return [finding.promise, *shown, *rest]
