"""Jails that are started before anybody needs them; each serves one submission."""

import logging
import threading
from collections import deque
from collections.abc import Callable

from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Case, Observation
from grader.errors import SandboxUnavailableError
from worker.jail.selection import TieredJail
from worker.jail.server import ForkServer
from worker.jail.session import Session

log = logging.getLogger(__name__)


class _Handed(Session):
    """A session that has the next jail started once its own is at work.

    Not before the first answer, which is quicker than to start a process.
    """

    def __init__(
        self,
        server: ForkServer,
        bundle: Bundle,
        start_seconds: float,
        then: Callable[[Limits], None],
    ) -> None:
        super().__init__(server, bundle, start_seconds)
        self._then = then
        self._has_answered = False
        self._limits = Limits()

    def observe(self, case: Case) -> Observation:
        if self._has_answered:
            self._then(self._limits)
        else:
            self._limits = case.limits
        observation = super().observe(case)
        self._has_answered = True
        return observation

    def close(self) -> None:
        super().close()
        self._then(self._limits)


class WarmPool:
    """Hands out jails that are ready, and starts the next ones meanwhile.

    A jail holds nothing of a student until it is handed out, and is never taken back.
    One that died while it waited (when memory is short, they go first) is nobody's
    fault: another is started and the submission does not notice.

    Use it within one thread, which must outlive its jails; see `worker.jail.server`.

    Parameters
    ----------
    jail
        Starts jails of the tier that holds here.
    size
        How many wait. With 0 each submission waits for its own.
    """

    def __init__(self, jail: TieredJail, size: int) -> None:
        if size < 0:
            raise ValueError(f"size: must be at least 0, got {size}")
        self._jail = jail
        self._size = size
        self._waiting: deque[ForkServer] = deque()
        self._likely = Limits()
        self._thread = threading.get_ident()

    @property
    def tier(self) -> str:
        """Return the name of the tier."""
        return self._jail.tier

    def fill(self) -> None:
        """Start jails until enough of them wait; they become ready by themselves.

        What cannot be started now is tried again when a jail is needed, and is a
        failure only then.
        """
        self._require_own_thread()
        try:
            while len(self._waiting) < self._size:
                self._waiting.append(self._jail.start(self._likely))
        except SandboxUnavailableError as error:
            log.warning("no jail can be started ahead of time: %s", error)

    def await_ready(self) -> None:
        """Wait until the jails that were started in advance can be used.

        Raises
        ------
        SandboxUnavailableError
            If one does not become ready.
        """
        for server in self._waiting:
            server.await_ready(self._jail.start_seconds)

    def open(self, bundle: Bundle) -> Session:
        """Return a session in a jail that waits, else in a new one.

        Raises
        ------
        SandboxUnavailableError
            If a new one does not start.
        """
        self._require_own_thread()
        server = self._next() or self._jail.start()
        return _Handed(server, bundle, self._jail.start_seconds, then=self._refill)

    def _refill(self, limits: Limits) -> None:
        """Start the next jails; what the last one was asked, they are likely to be."""
        self._likely = limits
        self.fill()

    def _next(self) -> ForkServer | None:
        """Return the jail that has waited longest and still lives."""
        while self._waiting:
            server = self._waiting.popleft()
            try:
                server.await_ready(self._jail.start_seconds)
            except SandboxUnavailableError as error:
                log.warning("a jail that was started early is not usable: %s", error)
                continue
            if not server.has_ended():
                return server
            log.warning("a jail ended while it waited")
            server.stop()
        return None

    def _require_own_thread(self) -> None:
        if threading.get_ident() != self._thread:
            # The kernel would kill the jails when that thread ends.
            raise RuntimeError("WarmPool: used by a thread that did not make it")

    def close(self) -> None:
        """Kill the jails that wait. The pool can be filled again."""
        while self._waiting:
            self._waiting.popleft().stop()
