"""Where a personal token lies on a student's machine, readable by nobody else."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import click

VARIABLE = "GRADER_TOKEN"
_OTHERS = 0o077


def home_of_token() -> Path:
    """Return where ``grader login`` stores the token."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "backprop-grader" / "token"


def store(token: str, server: str) -> Path:
    """Write a token and the service it is for, so that no other gets to see it."""
    path = home_of_token()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"token.{secrets.token_hex(4)}")
    # Private from its first byte on, and never half written.
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{token}\n{origin(server)}\n")
    fresh.replace(path)
    return path


def find(given: Path | None, server: str) -> str:
    """Return the token for a service: of the option, the environment, or the login.

    Raises
    ------
    click.UsageError
        If there is none, it is for another service, or others may read its file.
    """
    if given is not None:
        return _read(given, server)
    from_environment = os.environ.get(VARIABLE, "").strip()
    if from_environment:
        return from_environment
    path = home_of_token()
    if not path.exists():
        raise click.UsageError(
            "There is no token yet. Make one on your account page under API tokens, "
            f"then run: grader login {origin(server)}"
        )
    return _read(path, server)


def origin(address: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _read(path: Path, server: str) -> str:
    try:
        if path.stat().st_mode & _OTHERS:
            raise click.UsageError(
                f"Others on this machine may read {path}. Run: chmod 600 {path}"
            )
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} cannot be read: {error}") from None
    if not lines:
        raise click.UsageError(f"{path} is empty. Run grader login again.")
    if len(lines) > 1 and lines[1] != origin(server):
        raise click.UsageError(
            f"The token in {path} is for {lines[1]}. Run: grader login {origin(server)}"
        )
    return lines[0]
