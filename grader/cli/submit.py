"""``grader submit``: hand in from a terminal, and watch it being graded."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from grader.cli.browser import form_body
from grader.cli.errors import say
from grader.cli.remote import token_file
from grader.cli.remote.addresses import Target, target_of
from grader.cli.remote.following import follow, print_result, printable
from grader.cli.remote.service import (
    RefusedByServiceError,
    Service,
    UnreachableError,
)

_INTERRUPTED = 130


@click.command()
@click.argument("target", metavar="URL")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FILE...",
)
@click.option("--course", metavar="SLUG", help="If URL is the service's own.")
@click.option("--assignment", metavar="SLUG", help="If URL is the service's own.")
@click.option(
    "--token-file",
    "token_path",
    type=click.Path(path_type=Path),
    help="File with a personal token.",
)
@click.option("--no-wait", is_flag=True, help="Hand in and do not wait.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--insecure-http", is_flag=True, help="Allow http to another machine.")
def submit(
    target: str,
    files: tuple[Path, ...],
    course: str | None,
    assignment: str | None,
    token_path: Path | None,
    no_wait: bool,
    as_json: bool,
    insecure_http: bool,
) -> None:
    """Hand in FILEs to the assignment at URL, the address of its page.

    A FILE is a .py file, a notebook, a zip, or a folder of them. The token comes from
    --token-file, GRADER_TOKEN, or `grader login`. Exits with 0 when the submission is
    graded, whatever it scored; with 1 when it was refused or could not be graded; with
    2 when the command is wrong.
    """
    where = target_of(target, course, assignment, insecure=insecure_http)
    uploads = _uploads(files)
    token = token_file.find(token_path, where.server)
    service = Service(where.server, token, notice=say)
    receipt = _handed_in(service, where, uploads)
    page = where.server + receipt["page"]
    if not as_json:
        click.echo(f"Attempt {receipt['number']} was received. {page}", err=True)
    if no_wait:
        click.echo(json.dumps(receipt) if as_json else receipt["submission"])
        return
    report = _followed(service, receipt["submission"], page, as_json)
    if as_json:
        click.echo(json.dumps(report))
    else:
        print_result(Console(), report)
    if report["status"] != "graded":
        raise SystemExit(1)


def _uploads(paths: tuple[Path, ...]) -> dict[str, bytes]:
    uploads: dict[str, bytes] = {}
    for path in paths:
        for name, content in _read(path).items():
            if name in uploads:
                raise click.UsageError(f"Two of the files are called {name}.")
            uploads[name] = content
    if not uploads:
        raise click.UsageError("There is no .py file, notebook or zip in the folder.")
    return uploads


def _read(path: Path) -> Mapping[str, bytes]:
    if path.is_file():
        return {path.name: path.read_bytes()}
    # What reads folders belongs to a package that is slow to start.
    from grader.intake.folders import read_uploads

    return read_uploads(path)


def _handed_in(
    service: Service, where: Target, uploads: dict[str, bytes]
) -> Mapping[str, Any]:
    """Send the files; whatever happens on the way, once is enough."""
    body, kind = form_body({}, uploads)
    extra = {"Content-Type": kind, "Idempotency-Key": secrets.token_hex(16)}
    try:
        return service.post(where.path, body, extra).body
    except RefusedByServiceError as refusal:
        say(printable(str(refusal)))
        if refusal.lines:
            click.echo(printable(refusal.lines), err=True)
        raise SystemExit(1) from None
    except UnreachableError as error:
        _end(f"{error} It may or may not have been handed in: look at its page.", 1)
    except KeyboardInterrupt:
        _end(
            "Stopped while sending. It may have been handed in: look at its page.",
            _INTERRUPTED,
        )


def _followed(
    service: Service, submission: str, page: str, as_json: bool
) -> Mapping[str, Any]:
    try:
        return follow(service, submission, Console(stderr=True, quiet=as_json))
    except KeyboardInterrupt:
        _end(
            f"Stopped watching. Your submission stays in the queue: {page}",
            _INTERRUPTED,
        )
    except (RefusedByServiceError, UnreachableError) as error:
        _end(f"{error} Your submission is safe: {page}", 1)


def _end(sentence: str, status: int) -> NoReturn:
    say(printable(sentence))
    raise SystemExit(status)
