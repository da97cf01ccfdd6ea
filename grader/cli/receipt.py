"""``grader receipt``: is a receipt that somebody shows one of ours."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from grader.cli.kept import existing_database
from grader.config import Settings
from grader.errors import RefusedError
from grader.services import receipts
from grader.services.receipts import LONGEST_TEXT, Genuine


@click.group()
def receipt() -> None:
    """Look at receipts of submissions."""


@receipt.command()
@click.argument("shown", metavar="FILE|TEXT")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verify(shown: str, as_json: bool) -> None:
    """Say what a receipt states, if it is one of ours.

    FILE is a saved receipt, ``-`` standard input; anything else is the text itself, or
    its signature alone. Receipts signed with a key of GRADER_OLD_SECRET_KEYS count.

    Exits with 1 if it is forged, was changed, or its submission is not on record.
    """
    settings = Settings.from_environment()
    if not settings.secret_key:
        raise RefusedError(
            "There is no secret key, so nothing can be verified. GRADER_SECRET_KEY or "
            "GRADER_HOME says where to look.",
            code="no-secret-key",
        )
    found = receipts.recognised(
        settings.secret_key, _text(shown), old_keys=settings.old_keys
    )
    if found is None:
        click.echo("null" if as_json else "forged: there is no signature of ours in it")
        raise SystemExit(1)
    with existing_database(settings) as database, database.read() as session:
        on_record = receipts.is_on_record(session, found)
    click.echo(_document(found, on_record) if as_json else _words(found, on_record))
    if found.contradicted or not on_record:
        raise SystemExit(1)


def _text(shown: str) -> str:
    if shown == "-":
        return sys.stdin.read(LONGEST_TEXT)
    path = Path(shown)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        # A text is no path: too long, or with characters that none can have.
        is_file = False
    if not is_file:
        return shown
    return path.read_bytes()[:LONGEST_TEXT].decode("utf-8", "replace")


def _document(found: Genuine, on_record: bool) -> str:
    facts = asdict(found) | {"received_at": found.received_at.isoformat()}
    return json.dumps(facts | {"on_record": on_record}, indent=2)


def _words(found: Genuine, on_record: bool) -> str:
    lines = [
        "genuine",
        f"  submission {found.submission_id}, attempt {found.number}",
        f"  received {found.received_at.isoformat()}",
        f"  sha256 {found.sha256}",
        "  on record with this hash" if on_record else "  NOT on record here",
    ]
    lines += [
        f"  CHANGED around the signature: {line!r}" for line in found.contradicted
    ]
    return "\n".join(lines)
