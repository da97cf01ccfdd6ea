"""The service as separate processes under load: web, workers, janitor, broker."""

import os
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click

import grader
from grader.config import Settings
from grader.dispatch import QUEUE
from worker.embedded import (
    WORKER_STOP_SECONDS,
    broker_command,
    broker_program,
    has_answer,
    web_command,
)
from worker.supervisor import Program, Supervisor

WAIT_SECONDS = 90.0
FAKE_APP = "grader.cli.load.fake_grading"
FAKE, JAIL = GRADINGS = ("fake", "jail")


class Processes:
    """What runs for one load test, under the product's own supervisor.

    Parameters
    ----------
    settings
        With a prepared home and a migrated database.
    healthy_seconds
        See ``Program``; scaled down where leases are.
    """

    def __init__(self, settings: Settings, *, healthy_seconds: float = 60.0) -> None:
        self.settings = settings
        self.supervisor = Supervisor()
        self._healthy_seconds = healthy_seconds
        self._listener: socket.socket | None = None

    @property
    def url(self) -> str:
        """Return the address of the pages."""
        if self._listener is None:
            raise click.ClickException("there is no web process")
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def start_broker(self) -> None:
        """Start a broker of our own; return when it answers.

        Raises
        ------
        ClickException
            If none is installed.
        """
        program = broker_program()
        if program is None:
            raise click.ClickException("neither Valkey nor Redis is installed here")
        listening = Path(urlsplit(self.settings.broker_url).path)
        listening.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.add("broker", broker_command(program, listening))
        wait_until(lambda: has_answer(listening), "the broker")

    def start_web(self) -> None:
        """Start the pages on a free port; return when they answer."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.add("web", web_command(self._listener.fileno()))
        wait_until(self._answers, "the web process")

    def start_worker(self, name: str, *, grading: str, concurrency: int = 1) -> None:
        """Start a Celery worker; it is ready some seconds later."""
        app = FAKE_APP if grading == FAKE else "worker.app"
        self.add(
            name,
            [
                *(sys.executable, "-m", "celery", "--app", app, "worker"),
                *("--queues", QUEUE, "--concurrency", str(concurrency)),
                *("--pool", "prefork", "--without-gossip", "--without-mingle"),
                *("--without-heartbeat", "--loglevel", "INFO"),
                *("--hostname", f"{name}-{os.getpid()}@%h"),
            ],
        )

    def start_poller(self, name: str, *, grading: str) -> None:
        """Start a worker that needs no broker."""
        module = FAKE_APP if grading == FAKE else "worker.loop"
        self.add(name, [sys.executable, "-m", module])

    def start_janitor(self) -> None:
        """Start what sweeps and rings."""
        self.add("janitor", [sys.executable, "-m", "worker.janitor"])

    def add(self, name: str, command: list[str]) -> None:
        """Start any other program and keep it running."""
        listener = self._listener
        self.supervisor.add(
            Program(
                name,
                command,
                self._environment(),
                self.settings.home / "logs" / f"{name}.log",
                WORKER_STOP_SECONDS,
                pass_fds=(listener.fileno(),) if listener and name == "web" else (),
                healthy_seconds=self._healthy_seconds,
            )
        )

    def stop(self) -> None:
        """End everything, and all that it started."""
        self.supervisor.stop(last="broker")
        if self._listener is not None:
            self._listener.close()

    def _environment(self) -> dict[str, str]:
        package = str(Path(grader.__file__).parents[1])
        return {
            **os.environ,
            **self.settings.to_environment(),
            "PYTHONPATH": package,
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "2",
        }

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def processes(
    settings: Settings, *, healthy_seconds: float = 60.0
) -> Iterator[Processes]:
    """Give a group of processes that is gone afterwards."""
    group = Processes(settings, healthy_seconds=healthy_seconds)
    try:
        yield group
    finally:
        group.stop()


def wait_until(
    condition: Callable[[], object], what: str, seconds: float = WAIT_SECONDS
) -> None:
    """Return as soon as a condition holds.

    Raises
    ------
    ClickException
        If it does not within so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise click.ClickException(f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.05)
