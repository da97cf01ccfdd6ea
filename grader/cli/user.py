"""``grader user``: accounts, and what to do when somebody cannot get in."""

from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from grader.cli.administration import writing
from grader.config import Settings
from grader.errors import NotFoundError, RefusedError
from grader.services import accounts, sessions, tokens, two_factor


@click.group()
def user() -> None:
    """Add people, and let them in again."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As others see it.")
@click.option("--admin", is_flag=True, help="May see and change everything.")
def add(email: str, name: str, admin: bool) -> None:
    """Add a person and print a one-time password."""
    with writing(_settings()) as session:
        new = accounts.create_user(session, email=email, name=name, is_admin=admin)
    click.echo(f"{new.email}\t{new.password}")


@user.command("new-password")
@click.argument("email")
def new_password(email: str) -> None:
    """Print a one-time password for somebody who lost theirs; sign them out."""
    with writing(_settings()) as session:
        user_id = _user_id(session, email)
        password = accounts.replace_password(session, user_id, datetime.now(UTC))
    click.echo(f"{email}\t{password}")


@user.command("reset-two-factor")
@click.argument("email")
def reset_two_factor(email: str) -> None:
    """Let somebody who lost their phone sign in with the password alone.

    Make sure first that it is this person who asks. They are signed out everywhere.
    """
    with writing(_settings()) as session:
        user_id = _user_id(session, email)
        was_on = two_factor.switch_off(session, user_id, actor_id=None)
        if was_on:
            sessions.end_all(session, user_id, datetime.now(UTC))
    state = "switched off" if was_on else "was not switched on"
    click.echo(f"{email}: signing in with two steps {state}")


@user.command("end-sessions")
@click.argument("email")
def end_sessions(email: str) -> None:
    """Sign somebody out everywhere. Tokens go on; see revoke-tokens."""
    with writing(_settings()) as session:
        user_id = _user_id(session, email)
        ended = sessions.end_all(session, user_id, datetime.now(UTC))
    click.echo(f"{email}: signed out of {ended} browsers")


@user.command("tokens")
@click.argument("email")
def list_tokens(email: str) -> None:
    """List somebody's API tokens: beginning, scope, end, last use and name."""
    with writing(_settings()) as session:
        now = datetime.now(UTC)
        rows = tokens.of(session, _user_id(session, email), now)
    for row in rows:
        end = f"until {row.expires_at:%Y-%m-%d}" if row.is_valid else "ended"
        used = f"used {row.used_at:%Y-%m-%d}" if row.used_at else "never used"
        click.echo("\t".join((row.start, row.scope.value, end, used, row.name)))


@user.command("revoke-tokens")
@click.argument("email")
def revoke_tokens(email: str) -> None:
    """Make all API tokens of somebody worthless at once."""
    with writing(_settings()) as session:
        ended = tokens.revoke_all(
            session, _user_id(session, email), datetime.now(UTC), actor_id=None
        )
    click.echo(f"{email}: {ended} tokens revoked")


def _settings() -> Settings:
    return Settings.from_environment().prepare_home()


def _user_id(session: Session, email: str) -> int:
    """Return whose address this is.

    Raises
    ------
    RefusedError
        ``unknown-user``.
    """
    try:
        return accounts.user_by_email(session, email).id
    except NotFoundError:
        raise RefusedError(
            f"There is no account for {email!r}. `grader user add` adds one.",
            code="unknown-user",
        ) from None
