"""Which service and which assignment an address means, and whether it may be used."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import click

_ASSIGNMENT = re.compile(
    r"(?P<root>.*)/courses/(?P<course>[^/]+)/assignments/(?P<slug>[^/]+)"
)
_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Target:
    """Where files go.

    Parameters
    ----------
    server
        Without a slash at the end.
    """

    server: str
    course: str
    assignment: str

    @property
    def path(self) -> str:
        """Return where programs hand in."""
        course, slug = quote(self.course, safe=""), quote(self.assignment, safe="")
        return f"/api/v1/courses/{course}/assignments/{slug}/submissions"


def server_of(address: str, *, insecure: bool) -> str:
    """Return the root of a service, if a token may be sent there.

    Raises
    ------
    click.UsageError
        If it is no web address, or would carry the token in the clear.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.UsageError(
            f"{address!r} is not the address of a service, such as "
            "https://grader.example.edu."
        )
    if parts.username or parts.password:
        raise click.UsageError("Leave the name and password out of the address.")
    is_safe = parts.scheme == "https" or parts.hostname in _OWN_MACHINE
    if not is_safe and not insecure:
        raise click.UsageError(
            "This address begins with http, so anybody on the way could read your "
            "token. Use https, or --insecure-http if you know the network."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def target_of(
    address: str, course: str | None, assignment: str | None, *, insecure: bool
) -> Target:
    """Return what an address, with or without the two options, means.

    Raises
    ------
    click.UsageError
        If it does not name an assignment.
    """
    server = server_of(address, insecure=insecure)
    found = _ASSIGNMENT.match(server)
    if found is not None and not (course or assignment):
        return Target(found["root"], found["course"], found["slug"])
    if found is None and course and assignment:
        return Target(server, course, assignment)
    raise click.UsageError(
        "Name the assignment once: by the address of its page, "
        "https://.../courses/COURSE/assignments/ASSIGNMENT, or by the address of the "
        "service with --course and --assignment."
    )
