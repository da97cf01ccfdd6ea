"""Keeping child processes alive, and leaving none behind."""

import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
LARGEST_LOG_BYTES = 10 << 20


@dataclass(frozen=True, slots=True)
class Program:
    """A child that should always run.

    Parameters
    ----------
    environment
        All that the child gets.
    log
        File that its output is appended to.
    stop_seconds
        How long it may take to end after SIGTERM before it is killed.
    pass_fds
        Descriptors that it inherits, such as a listening socket.
    healthy_seconds
        A child that lived this long is healthy again: its next end is a first one.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_seconds: float = 10.0
    pass_fds: tuple[int, ...] = ()
    healthy_seconds: float = HEALTHY_SECONDS


class _Keeper:
    """One program, its current process, and the thread that waits for its end.

    Waiting for a child costs nothing; and the thread that started a child lives as
    long as it, which is what its death signal depends on.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.restarts = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._started = threading.Event()
        self._thread = threading.Thread(
            target=self._keep, name=f"keeper-{program.name}", daemon=True
        )

    def start(self) -> None:
        """Start the program; return when its first process exists."""
        self._thread.start()
        self._started.wait()

    def stop(self) -> None:
        """End the process and everything in its session."""
        with self._lock:
            self._stop.set()
            process = self.process
        if process is not None:
            process.terminate()
        self._thread.join(self.program.stop_seconds)
        if process is not None and self._thread.is_alive():
            log.warning("%s did not end in time and is killed", self.program.name)
            _kill_session(process)
        self._thread.join()

    def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while (process := self._next_process()) is not None or not self._stop.is_set():
            born = time.monotonic()
            code = None
            if process is not None:
                code = process.wait()
                # What it had started must not go on without it.
                _kill_session(process)
            if time.monotonic() - born > self.program.healthy_seconds:
                pause = FIRST_PAUSE_SECONDS
            if not self._stop.is_set():
                log.warning(
                    "%s ended with %s; again in %.1f s", self.program.name, code, pause
                )
            self._stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            self.restarts += not self._stop.is_set()

    def _next_process(self) -> subprocess.Popen[bytes] | None:
        """Start a process, unless this is the end or the system refuses."""
        with self._lock:
            if self._stop.is_set():
                return None
            try:
                self.process = _spawn(self.program)
            except OSError:
                self.process = None
                log.exception("%s cannot be started", self.program.name)
            finally:
                self._started.set()
            return self.process


class Supervisor:
    """Starts programs, starts them again when they end, and stops them all.

    Each child is the leader of its own session, so that whatever it started can be
    ended with it, and gets SIGTERM from the kernel if this process dies.
    """

    def __init__(self) -> None:
        self._keepers: dict[str, _Keeper] = {}

    def add(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        keeper = self._keepers[program.name] = _Keeper(program)
        keeper.start()

    @property
    def names(self) -> list[str]:
        """Return the names of all programs."""
        return list(self._keepers)

    def pid(self, name: str) -> int | None:
        """Return the id of a program's current process, ``None`` if there is none."""
        process = self._keepers[name].process
        return None if process is None else process.pid

    def restarts(self, name: str) -> int:
        """Return how often a program had to be started again."""
        return self._keepers[name].restarts

    def stop(self, *, last: str = "") -> None:
        """End all children at once, and all that they started.

        Parameters
        ----------
        last
            Name of a program that the others need until they have ended.
        """
        final = self._keepers.pop(last, None)
        _stop_all(self._keepers.values())
        self._keepers.clear()
        if final is not None:
            final.stop()


def _stop_all(keepers: Iterable[_Keeper]) -> None:
    stopping = [threading.Thread(target=keeper.stop) for keeper in keepers]
    for thread in stopping:
        thread.start()
    for thread in stopping:
        thread.join()


def with_death_signal(command: Sequence[str]) -> list[str]:
    """Make the kernel send SIGTERM to a command when the thread that started it ends.

    Done by a small program before the command, because code between fork and exec is
    not safe in a process with threads.
    """
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    return [*prefix, *command]


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    program.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if program.log.stat().st_size > LARGEST_LOG_BYTES:
            program.log.replace(program.log.with_suffix(".log.old"))
    with open(program.log, "ab") as output:
        return subprocess.Popen(
            with_death_signal(program.command),
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=program.pass_fds,
        )


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the session that a child led."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
