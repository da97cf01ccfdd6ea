"""``grader kinds``: what checks there are and which keys they take.

The same text makes ``docs/assignments.md`` (``grader kinds --markdown``).
"""

import difflib
import sys

import click
from rich.console import Console
from rich.markdown import Markdown

from grader.checks import kinds as known
from grader.cli.kinds_page import entry, overview, page


@click.command()
@click.argument("kind", required=False)
@click.option("--markdown", is_flag=True, help="Print the whole page as Markdown.")
def kinds(kind: str | None, markdown: bool) -> None:
    """List the kinds of checks, or explain one KIND and its keys."""
    if markdown:
        click.echo(page(), nl=False)
        return
    if kind is not None and kind not in known():
        near = difflib.get_close_matches(kind, known(), n=3, cutoff=0.4)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise click.ClickException(
            f"there is no kind {kind!r}.{hint} All of them: grader kinds"
        )
    text = overview() if kind is None else entry(kind)
    if sys.stdout.isatty():
        Console().print(Markdown(text))
    else:
        click.echo(text, nl=False)
