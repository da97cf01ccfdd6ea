"""``grader login``: keep a personal token on this machine for ``grader submit``."""

import click

from grader.cli.errors import say
from grader.cli.remote import token_file
from grader.cli.remote.addresses import server_of
from grader.cli.remote.service import (
    RefusedByServiceError,
    Service,
    UnreachableError,
)

_UNAUTHORISED = 401


@click.command()
@click.argument("server", metavar="SERVER-URL")
@click.option("--insecure-http", is_flag=True, help="Allow http to another machine.")
def login(server: str, insecure_http: bool) -> None:
    """Ask for a personal token of the service at SERVER-URL, try it and keep it.

    You make a token on your account page, under API tokens. It is stored in
    ~/.config/backprop-grader/token, readable by you alone.
    """
    address = token_file.origin(server_of(server, insecure=insecure_http))
    token = click.prompt("Token", hide_input=True).strip()
    try:
        person = Service(address, token, notice=say).get("/api/v1/me").body
    except RefusedByServiceError as refusal:
        wrong = refusal.status == _UNAUTHORISED
        say("The service does not know this token." if wrong else str(refusal))
        raise SystemExit(1) from None
    except UnreachableError as error:
        say(str(error))
        raise SystemExit(1) from None
    path = token_file.store(token, address)
    click.echo(f"{person['name']}, your token is kept in {path}.")
    if person["scope"] == "read":
        say("This token may only read. To hand in, make one that may submit.")
