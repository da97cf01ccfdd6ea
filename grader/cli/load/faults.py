"""What may happen to a service that runs: each fault is done to real processes."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import redis

from grader.cli.load.databases import Cluster, SqliteFile
from grader.cli.load.service import Processes
from grader.cli.processes import descendants

LEAST_PAUSE, MOST_PAUSE = 3.0, 7.0
AWAY_SECONDS = 2.0


@dataclass
class Faults:
    """Does one thing after the other to a group of processes.

    Parameters
    ----------
    workers
        Names of the workers.
    frozen_seconds
        How long a process is kept from running.
    """

    group: Processes
    server: SqliteFile | Cluster
    workers: tuple[str, ...]
    frozen_seconds: float
    rng: Random
    _thaws: list[threading.Thread] = field(default_factory=list, init=False)

    def names(self) -> list[str]:
        """Return what can be done here."""
        return [name for name in FAULTS if name != DATABASE or self._has_server]

    def do(self, name: str) -> None:
        """Do it; returns when it is done, or, for what is frozen, has begun."""
        FAULTS[name](self)

    def heal(self) -> None:
        """Return when everything that was frozen runs again."""
        for thaw in self._thaws:
            thaw.join()
        self._thaws.clear()

    @property
    def _has_server(self) -> bool:
        return isinstance(self.server, Cluster)

    def _send(self, name: str, number: signal.Signals) -> None:
        _signal(self.group.supervisor.pid(name), number)

    def _worker(self) -> str:
        return self.rng.choice(self.workers)

    def kill_child(self) -> None:
        """Kill a grading process under its living worker."""
        pid = self.group.supervisor.pid(self._worker())
        children = descendants(pid)[1:] if pid else []
        if children:
            _signal(self.rng.choice(children), signal.SIGKILL)

    def kill_worker(self) -> None:
        """Kill a worker and so all its processes."""
        self._send(self._worker(), signal.SIGKILL)

    def end_worker(self) -> None:
        """Ask a worker to end, as an upgrade does."""
        self._send(self._worker(), signal.SIGTERM)

    def freeze_worker(self) -> None:
        """Stop a worker's processes until long after their leases are over."""
        pid = self.group.supervisor.pid(self._worker())
        frozen = descendants(pid) if pid else []
        for one in frozen:
            _signal(one, signal.SIGSTOP)

        def thaw() -> None:
            time.sleep(self.frozen_seconds)
            for one in frozen:
                _signal(one, signal.SIGCONT)

        thread = threading.Thread(target=thaw, name="thaw")
        thread.start()
        self._thaws.append(thread)

    def kill_broker(self) -> None:
        """Kill the broker, which keeps nothing."""
        self._send("broker", signal.SIGKILL)

    def flush_broker(self) -> None:
        """Delete every bell."""
        socket = self.group.settings.broker_url.removeprefix("redis+socket://")
        client = redis.Redis(unix_socket_path=socket, socket_timeout=1)
        with suppress(redis.RedisError):
            client.flushall()
        client.close()

    def kill_web(self) -> None:
        """Kill the pages while uploads arrive."""
        self._send("web", signal.SIGKILL)

    def kill_janitor(self) -> None:
        """Kill the process that sweeps."""
        self._send("janitor", signal.SIGKILL)

    def crash_database(self) -> None:
        """End the database server as a crash does; start it again soon."""
        assert isinstance(self.server, Cluster)  # noqa: S101 - see ``names``
        self.server.stop(signal.SIGQUIT)
        time.sleep(AWAY_SECONDS)
        self.server.start()


DATABASE = "crash the database"
FAULTS: dict[str, Callable[[Faults], None]] = {
    "kill a grading process": Faults.kill_child,
    "kill a worker": Faults.kill_worker,
    "end a worker": Faults.end_worker,
    "freeze a worker": Faults.freeze_worker,
    "kill the broker": Faults.kill_broker,
    "flush the broker": Faults.flush_broker,
    "kill the pages": Faults.kill_web,
    "kill the janitor": Faults.kill_janitor,
    DATABASE: Faults.crash_database,
}


def plan(rng: Random, names: list[str], seconds: float) -> Iterator[tuple[float, str]]:
    """Yield when what happens: something every 3 to 7 s, everything equally often.

    Each name comes once in a random order before any comes again.
    """
    at, left = rng.uniform(LEAST_PAUSE, MOST_PAUSE), list[str]()
    while at < seconds:
        if not left:
            left = rng.sample(names, len(names))
        yield at, left.pop()
        at += rng.uniform(LEAST_PAUSE, MOST_PAUSE)


def _signal(pid: int | None, number: signal.Signals) -> None:
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
