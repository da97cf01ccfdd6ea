"""The process that parses: started once, asked often, replaced when it fails."""

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SandboxUnavailableError

PROGRAM = Path(__file__).with_name("syntax_child.py")
ANSWER_SECONDS = 10.0
# From a message to a child that says it is there; a frozen program never says so.
START_SECONDS = 5.0
TRIES = 3
# Far more than a problem takes, whose longest text has 2,000 characters.
MOST_BYTES = 64 << 10
_HELLO = b"+"


@dataclass(frozen=True, slots=True)
class _Program:
    """A running program, and the connection that keeps it alive."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def connect(self) -> socket.socket:
        """Return a connection to a child that it is about to fork."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [b"."], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
        return ours

    def stop(self) -> None:
        """End it and wait for it; children that parse may finish."""
        self.control.close()
        try:
            self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def forget(self) -> None:
        """Let go of it in a fork: it is the child of another process."""
        self.control.close()
        self.process.returncode = 0  # else it warns that nobody waits for it


class Parser:
    """Answers requests in children of a program that waits, one child for each.

    Threads may ask at the same time. After a fork both processes have programs of
    their own. A program that was killed or frozen is replaced without anybody noticing.

    Parameters
    ----------
    path
        Of the program; see ``syntax_child`` for what it must do.
    answer_seconds
        Longest time from the greeting of a child to the end of its answer.
    start_seconds
        Longest time until the greeting.
    """

    def __init__(
        self,
        path: Path = PROGRAM,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self._path = path
        self._answer_seconds = answer_seconds
        self._start_seconds = start_seconds
        self._lock = threading.Lock()
        self._program: _Program | None = None
        _parsers.add(self)

    @property
    def pid(self) -> int | None:
        """Return the process id of the program; ``None`` while there is none."""
        program = self._program
        return None if program is None else program.process.pid

    def ask(self, request: bytes) -> bytes:
        """Return the answer of a child; empty if it died or took too long.

        That is the request's own fault: a child greets before it reads anything.

        Raises
        ------
        SandboxUnavailableError
            If no child could be started. Nothing is known about the request then.
        """
        reason: OSError | None = None
        for _ in range(TRIES):
            program = None
            try:
                program = self._running()
                with program.connect() as connection:
                    self._await_greeting(connection)
                    return self._exchange(connection, request)
            except OSError as error:
                reason = error
                self._discard(program)
        raise SandboxUnavailableError("no parser could be started") from reason

    def close(self) -> None:
        """End the program; the next request starts another."""
        self._discard(self._program)

    def forget(self) -> None:
        """Let go of what belongs to the process that this one was forked from."""
        self._lock = threading.Lock()  # its holder may be a thread that is not here
        program, self._program = self._program, None
        if program is not None:
            program.forget()

    def _running(self) -> _Program:
        with self._lock:
            if self._program is None:
                self._program = self._start()
            return self._program

    def _start(self) -> _Program:
        ours, theirs = socket.socketpair()
        ours.settimeout(self._start_seconds)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", str(self._path)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
            )
        return _Program(process, ours)

    def _discard(self, program: _Program | None) -> None:
        with self._lock:
            if program is None or self._program is not program:
                return
            self._program = None
        program.stop()

    def _await_greeting(self, connection: socket.socket) -> None:
        connection.settimeout(self._start_seconds)
        if connection.recv(len(_HELLO)) != _HELLO:
            raise ConnectionAbortedError("the child that parses did not start")

    def _exchange(self, connection: socket.socket, request: bytes) -> bytes:
        deadline = time.monotonic() + self._answer_seconds
        answer = b""
        with suppress(OSError):
            connection.settimeout(self._answer_seconds)
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while len(answer) <= MOST_BYTES:
                connection.settimeout(max(0.001, deadline - time.monotonic()))
                piece = connection.recv(MOST_BYTES)
                if not piece:
                    return answer
                answer += piece
        return b""


_parsers: "weakref.WeakSet[Parser]" = weakref.WeakSet()


def _forget_all() -> None:
    for parser in list(_parsers):
        parser.forget()


def _close_all() -> None:
    for parser in list(_parsers):
        parser.close()


os.register_at_fork(after_in_child=_forget_all)
atexit.register(_close_all)
