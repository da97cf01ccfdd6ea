"""Program that parses files in children of its own and reports the first problem.

Started by ``grader.intake.parser`` with ``-I -S``; it imports nothing of ours. Starting
an interpreter takes ten times as long as forking one, so this one is started once and
waits. It never reads an uploaded byte itself: each message on its standard input brings
a connection, and a forked child, limited before it says ``HELLO``, reads one request
there, answers it and ends. When the process that started it is gone, so is this one.
"""

import gc
import json
import os
import resource
import signal
import socket
import warnings
from collections.abc import Callable

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 8
WALL_SECONDS = 20
HELLO = b"+"
READ_BYTES = 1 << 16


def limit() -> None:
    """Bound this process before it sees the first uploaded byte."""
    signal.alarm(WALL_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))


def problem(name: str, source: bytes) -> dict[str, object] | None:
    """Return what is wrong with a file, or ``None``. The code is not run."""
    try:
        compile(source, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return {
            "name": name,
            "message": error.msg or "invalid syntax",
            "line": error.lineno or 0,
            "column": error.offset or 0,
            "text": (error.text or "").rstrip("\r\n")[:2000],
        }
    except (MemoryError, RecursionError):
        message = "it is nested too deeply or is too large"
    except ValueError as error:
        message = str(error)
    else:
        return None
    return {"name": name, "message": message, "line": 0, "column": 0, "text": ""}


def answer(request: bytes) -> bytes:
    """Parse files until one has a problem; return it as JSON, or ``null``.

    Parameters
    ----------
    request
        One JSON line of names and sizes, then the files.
    """
    at = request.index(b"\n") + 1
    found = None
    for name, size in json.loads(request[:at]):
        found = found or problem(name, request[at : at + size])
        at += size
    return json.dumps(found).encode()


def serve(reply: Callable[[bytes], bytes] = answer) -> None:
    """Fork a child for each connection that comes, until no more can come."""
    # Who stops the service may signal the whole group, with uploads under way.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, _bury)
    warnings.simplefilter("ignore")
    control = socket.socket(fileno=0)
    # A child finds the parser's memory touched already, which halves what it costs.
    with open(__file__, "rb") as file:
        problem(__file__, file.read())
    gc.freeze()
    while True:
        message, handles, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        for handle in handles:
            _fork(control, handle, reply)


def _bury(_number: int, _frame: object) -> None:
    """Wait for the children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _fork(control: socket.socket, handle: int, reply: Callable[[bytes], bytes]) -> None:
    try:
        child = os.fork()
    except OSError:
        child = -1  # without a greeting the other side knows that nobody is there
    if child == 0:
        try:
            control.close()
            _attend(handle, reply)
        finally:
            os._exit(0)
    os.close(handle)


def _attend(handle: int, reply: Callable[[bytes], bytes]) -> None:
    """Answer one request, in a process of its own."""
    limit()
    with socket.socket(fileno=handle) as connection:
        connection.sendall(HELLO)
        pieces = []
        while piece := connection.recv(READ_BYTES):
            pieces.append(piece)
        connection.sendall(reply(b"".join(pieces)))


if __name__ == "__main__":
    serve()
