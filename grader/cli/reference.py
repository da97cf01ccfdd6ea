"""``grader reference``: what the ground truth holds, for people who write assignments.

The same text makes ``docs/reference.md`` (``grader reference --markdown``).
"""

import difflib
import sys

import click
from rich.console import Console
from rich.markdown import Markdown

from grader.cli.reference_page import entry, overview, page
from reference.operations import names


@click.command()
@click.argument("operation", required=False)
@click.option("--markdown", is_flag=True, help="Print the whole page as Markdown.")
def reference(operation: str | None, markdown: bool) -> None:
    """List what an assignment can name, or explain one OPERATION.

    An assignment writes its name and conventions into a [[component]].
    """
    if markdown:
        click.echo(page(), nl=False)
        return
    if operation is None:
        _show(overview())
        return
    if operation not in names():
        near = difflib.get_close_matches(operation, names(), n=3, cutoff=0.4)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise click.ClickException(
            f"there is no operation {operation!r}.{hint} All of them: grader reference"
        )
    _show(entry(operation))


def _show(text: str) -> None:
    if sys.stdout.isatty():
        Console().print(Markdown(text))
    else:
        click.echo(text, nl=False)
