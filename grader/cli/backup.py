"""``grader backup`` and ``grader restore``: one file with everything that is kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace as with_changes
from datetime import UTC, datetime
from pathlib import Path

import click
from rich import filesize
from rich.console import Console
from rich.progress import TaskID

from grader import __version__
from grader.cli.errors import say
from grader.cli.kept import existing_database
from grader.cli.table import progress_bar
from grader.config import Settings
from grader.services import backup as backups
from grader.services.backup import Manifest, Restored
from grader.storage import BlobStore

_PATH = click.Path(path_type=Path)
_MOST_SHOWN = 5


@click.command()
@click.argument("target", type=_PATH)
def backup(target: Path) -> None:
    """Write everything that is kept into TARGET, a tar file or a folder for one.

    The service may go on meanwhile: the backup is of one moment. It has its name only
    once it is whole. The settings are not in it, nor is the secret key.

    Exits with 1 if a file that the database names was missing or changed already; the
    backup is there nevertheless, without that file.
    """
    settings = Settings.from_environment()
    if target.is_dir():
        target = target / f"grader-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"
    with existing_database(settings) as database, _progress() as on_progress:
        manifest = backups.make(
            database,
            BlobStore(settings.blob_dir),
            target,
            version=__version__,
            on_progress=on_progress,
        )
    click.echo(
        f"{target}: {filesize.decimal(target.stat().st_size)}, {_content(manifest)}."
    )
    click.echo(
        "The secret key is not in it: keep that elsewhere, or receipts given until now "
        "cannot be verified after a restore."
    )
    for name, trouble in manifest.damaged.items():
        say(f"the file {name} {trouble}; it is not in the backup.")
    if manifest.damaged:
        raise SystemExit(1)


@click.command()
@click.argument("source", type=_PATH)
@click.option("--home", type=_PATH, help="Instead of GRADER_HOME.")
@click.option("--database-url", help="Instead of GRADER_DATABASE_URL.")
@click.option(
    "--replace", is_flag=True, help="Move a database with content aside; it is kept."
)
def restore(
    source: Path, home: Path | None, database_url: str | None, replace: bool
) -> None:
    """Put the backup SOURCE in the place of the database, and its files where they go.

    Stop the service before. Every hash in the backup is compared before anything is
    touched; tables of an older version are brought up to date; then all that is kept is
    looked over, as `grader check` does.

    Exits with 1 if something in the restored content is not as it must be.
    """
    settings = _settings(home, database_url).prepare_home()
    with _progress() as on_progress:
        done = backups.restore(
            source,
            settings.database_url,
            BlobStore(settings.blob_dir),
            replace=replace,
            on_progress=on_progress,
        )
    for line in _report(source, done):
        click.echo(line)
    if done.broken:
        raise SystemExit(1)


def _settings(home: Path | None, database_url: str | None) -> Settings:
    """Return the environment's settings, with what the options say instead.

    What lies in the home of the environment, such as an SQLite database, is looked for
    in the other home.
    """
    settings = Settings.from_environment()
    if home is not None:
        elsewhere = Settings.from_environment({"GRADER_HOME": str(home)})
        settings = with_changes(
            settings,
            home=elsewhere.home,
            blob_dir=elsewhere.blob_dir,
            database_url=elsewhere.database_url,
            secret_key=elsewhere.secret_key,
        )
    if database_url is not None:
        settings = with_changes(settings, database_url=database_url)
    return settings


def _content(manifest: Manifest) -> str:
    """Say how much there is, in the words of whoever runs a course."""
    people = manifest.rows.get("user_account", 0)
    handed_in = manifest.rows.get("submission", 0)
    return f"{people} people, {handed_in} submissions, {len(manifest.blobs)} files"


def _report(source: Path, done: Restored) -> Iterator[str]:
    manifest = done.manifest
    yield f"{source}, made {manifest.made_at} by grader {manifest.grader}, is restored:"
    yield f"  {_content(manifest)}; every hash was right"
    if done.revision != manifest.revision:
        yield f"  tables brought from version {manifest.revision} to {done.revision}"
    if done.moved_to:
        yield f"  what was there before is kept as {done.moved_to}"
    if done.waiting:
        yield f"  {done.waiting} runs wait; workers grade them once they start"
    for name, trouble in manifest.damaged.items():
        yield f"  the file {name} {trouble} when the backup was made"
    for finding in done.broken:
        yield f"  not as it must be: {finding.promise}"
        yield from (f"    {what}" for what in finding.broken[:_MOST_SHOWN])


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show what is done now, and how much of it, on a terminal."""
    with progress_bar(Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield show
