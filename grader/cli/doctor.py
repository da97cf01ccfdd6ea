"""``grader doctor``: what holds on this machine, and what would make it better."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader import __version__
from grader.cli import doctor_jail
from grader.cli.finding import Finding
from grader.config import Settings
from grader.errors import StorageError

if TYPE_CHECKING:
    from grader.services.alarms import AlarmView

ALARMS = "alarms"
EXIT_ALARMS = 1
EXIT_OUR_FAULT = 3


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--jail-only", is_flag=True, help="Look at nothing else.")
def doctor(as_json: bool, jail_only: bool) -> None:
    """Examine this machine: jail, database, alarms, broker, versions.

    Exits with 3 if student code cannot be graded here, else with 1 if alarms are open.
    """
    settings = Settings.from_environment()
    findings = [_versions(), *doctor_jail.examine(settings)]
    if not jail_only:
        findings += [*_database(settings), _broker(settings)]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    wrong = {finding.what for finding in findings if finding.fine is False}
    if wrong:
        raise SystemExit(EXIT_ALARMS if wrong == {ALARMS} else EXIT_OUR_FAULT)


def _versions() -> Finding:
    return Finding(
        "versions",
        None,
        f"grader {__version__}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}",
    )


def _database(settings: Settings) -> list[Finding]:
    """Say whether the database answers, and which alarms it keeps."""
    from grader.db import Database
    from grader.services import alarms

    shown = settings.database_url.rpartition("@")[2]
    kept = settings.database_url.removeprefix("sqlite:///")
    if kept != settings.database_url and not Path(kept).exists():
        return [Finding("database", None, "none yet; `grader serve` creates it")]
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            sounded = alarms.recent(session)
    except StorageError as error:
        reason = str(error).splitlines()[0]
        advice = "Is it running, and migrated?"
        return [Finding("database", False, f"{shown}: {reason}", advice)]
    finally:
        database.dispose()
    return [Finding("database", True, shown), *_alarms(sounded)]


def _alarms(sounded: "Sequence[AlarmView]") -> list[Finding]:
    """Say which alarms are open, one line each, or that there are none."""
    still_open = [alarm for alarm in sounded if alarm.is_open]
    if not still_open:
        over = f"; {len(sounded)} of the last 30 days are over" if sounded else ""
        return [Finding(ALARMS, None, f"none is open{over}")]
    return [
        Finding(ALARMS, False, _sentence(alarm), alarm.advice) for alarm in still_open
    ]


def _sentence(alarm: "AlarmView") -> str:
    place = f" on {alarm.host}" if alarm.host else ""
    run = f", run {alarm.run_id}" if alarm.run_id else ""
    times = f", {alarm.count} times" if alarm.count > 1 else ""
    last = f"{alarm.last_seen:%Y-%m-%d %H:%M}"
    return (
        f"{alarm.kind}{place}{run}{times}, last at {last} UTC: "
        f"{alarm.title} {' '.join(alarm.problems)}"
    ).rstrip()


def _broker(settings: Settings) -> Finding:
    """Say which broker is meant. It only rings the bell, so it is never a fault."""
    return Finding(
        "broker",
        None,
        settings.broker_url or "embedded; started by `grader serve`",
    )


def _print(findings: list[Finding]) -> None:
    look = {True: "[green]ok[/green]", False: "[red]NO[/red]", None: "-"}
    table = Table(box=None, show_header=False, pad_edge=False)
    for _ in range(3):
        table.add_column()
    for finding in findings:
        # What was found is no markup: reasons quote what programs said.
        table.add_row(look[finding.fine], finding.what, Text(_words(finding)))
    console = Console()
    if not console.is_terminal:
        # Wide enough that no path is broken in two.
        console = Console(width=160)
    console.print(table, highlight=False)


def _words(finding: Finding) -> str:
    return finding.found + (f"\n{finding.advice}" if finding.advice else "")
