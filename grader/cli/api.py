"""``grader api``: what programs may ask of the service.

The same text makes ``docs/api.md`` (``grader api --markdown``).
"""

import json

import click

from grader.web.json_api import openapi


@click.command()
@click.option("--markdown", is_flag=True, help="Print the page for people.")
def api(markdown: bool) -> None:
    """Print the OpenAPI document of the JSON API."""
    if markdown:
        from grader.cli.api_page import page

        click.echo(page(), nl=False)
        return
    click.echo(json.dumps(openapi.document(), indent=2))
