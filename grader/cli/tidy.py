"""``grader tidy``: files that no row needs any more."""

from collections.abc import Sequence

import click
from rich import filesize

from grader.cli.kept import existing_database
from grader.config import Settings
from grader.services import tidying
from grader.services.tidying import Leftover
from grader.storage import BlobStore


@click.command()
@click.option("--delete", is_flag=True, help="Delete them; otherwise only say which.")
@click.option(
    "--days",
    type=click.FloatRange(1),
    default=30,
    show_default=True,
    help="A whole file must be this old; an unfinished one a day.",
)
def tidy(delete: bool, days: float) -> None:
    """Find files that no submission and no assignment needs, and their sizes.

    They come from uploads that were broken off or refused at the last step. Deletes
    nothing without --delete, and never what a row names. The service may go on.
    """
    settings = Settings.from_environment()
    with existing_database(settings) as database, database.read() as session:
        found = tidying.leftovers(session, BlobStore(settings.blob_dir), days=days)
    if not delete:
        for each in found:
            click.echo(f"{filesize.decimal(each.bytes):>12}  {each.path}")
        click.echo(f"{_summary(found)} would be deleted with --delete")
        return
    click.echo(f"{_summary(tidying.delete(found, days=days))} deleted")


def _summary(found: Sequence[Leftover]) -> str:
    unfinished = sum(each.is_unfinished for each in found)
    size = filesize.decimal(sum(each.bytes for each in found))
    return f"{len(found)} files ({unfinished} of them unfinished), {size},"
