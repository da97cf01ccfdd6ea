"""``grader doctor``: what holds on this machine, and what would make it better."""

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from grader import __version__
from grader.config import Settings
from grader.errors import StorageError


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination.

    Parameters
    ----------
    fine
        False if grading cannot work like this; ``None`` if it is only worth knowing.
    advice
        What would help, or nothing.
    """

    what: str
    fine: bool | None
    found: str
    advice: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--jail-only", is_flag=True, help="Look at nothing else.")
def doctor(as_json: bool, jail_only: bool) -> None:
    """Examine this machine: jail, database, broker, versions.

    Exits with 3 if student code cannot be graded here.
    """
    settings = Settings.from_environment()
    findings = [_versions(), *_jail(settings)]
    if not jail_only:
        findings += [_database(settings), _broker(settings)]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    if any(finding.fine is False for finding in findings):
        raise SystemExit(3)


def _versions() -> Finding:
    return Finding(
        "versions",
        None,
        f"grader {__version__}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, {platform.system()} {platform.release()} "
        f"on {platform.machine()}",
    )


def _jail(settings: Settings) -> list[Finding]:
    from worker.jail import JailSettings, diagnose

    tiers = diagnose(JailSettings.chosen_by(settings))
    findings = [
        Finding(
            f"jail tier {tier.tier}",
            None,
            "holds" if tier.holds else f"does not hold: {tier.reason}",
            "" if tier.holds else tier.advice,
        )
        for tier in tiers
    ]
    strongest = next((tier.tier for tier in tiers if tier.holds), None)
    if strongest is None:
        verdict = Finding(
            "jail",
            False,
            "no tier holds: student code is not run, submissions stay queued",
            "See the advice for each tier above.",
        )
    else:
        verdict = Finding("jail", True, f"submissions are graded in {strongest}")
    return [*findings, verdict]


def _database(settings: Settings) -> Finding:
    from sqlalchemy import text

    from grader.db import Database

    shown = settings.database_url.rpartition("@")[2]
    kept = settings.database_url.removeprefix("sqlite:///")
    if kept != settings.database_url and not Path(kept).exists():
        return Finding("database", None, "none yet; `grader serve` creates it")
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            session.execute(text("SELECT 1"))
    except StorageError as error:
        reason = str(error).splitlines()[0]
        return Finding(
            "database", False, f"{shown}: {reason}", "Is it running, and migrated?"
        )
    finally:
        database.dispose()
    return Finding("database", True, shown)


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
        found = finding.found + (f"\n{finding.advice}" if finding.advice else "")
        table.add_row(look[finding.fine], finding.what, found)
    console = Console()
    if not console.is_terminal:
        console = Console(width=110)
    console.print(table, highlight=False)
