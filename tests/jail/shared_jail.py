"""A jail whose fork server serves many submissions, one after the other.

In the product each submission has a jail of its own. Here nothing that an entry does
may reach the next one even so, and a battery in every tier takes a fraction of the
time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from grader.contract.messages import Bundle
from worker.jail.selection import TieredJail
from worker.jail.server import ForkServer
from worker.jail.session import Session


class _Guest(Session):
    """A session that leaves the jail as it found it."""

    def close(self) -> None:
        """Leave the server running."""


class SharedJail:
    """Opens sessions on one server."""

    def __init__(self, jail: TieredJail, server: ForkServer) -> None:
        self.tier = jail.tier
        self._server = server
        self._start_seconds = jail.start_seconds

    def open(self, bundle: Bundle) -> Session:
        """Return a session; its children end before the next one is opened."""
        return _Guest(self._server, bundle, self._start_seconds)


@contextmanager
def shared(jail: TieredJail) -> Iterator[SharedJail]:
    """Start a server of a tier and stop it afterwards."""
    server = jail.start()
    try:
        yield SharedJail(jail, server)
    finally:
        server.stop()
