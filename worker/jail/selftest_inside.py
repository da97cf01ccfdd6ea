"""Probes of the self-test; sent into a jail as a binding and never imported here.

Each probe is a function that tries what a jail must refuse. It is refused if it raises
``OSError``, ``ImportError`` or ``RuntimeError``; a probe that returns got through.
"""

import ctypes
import fcntl
import importlib
import mmap
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

_MERGEABLE = 12  # MADV_MERGEABLE: may become one page with an equal one of others.
_FUTEX_WAKE = 1
_TMP = "/tmp"  # noqa: S108 - only to be refused


def _read(path: str) -> Callable[[], object]:
    return lambda: os.close(os.open(path, os.O_RDONLY))


def _write(path: str) -> Callable[[], object]:
    return lambda: os.close(os.open(path, os.O_WRONLY | os.O_CREAT))


def _import(name: str) -> Callable[[], object]:
    return lambda: importlib.import_module(name)


def _attempts() -> Iterator[tuple[str, Callable[[], object]]]:
    yield "read_passwd", _read("/etc/passwd")
    yield "read_shadow", _read("/etc/shadow")
    yield "read_own_proc", _read("/proc/self/environ")
    yield "read_first_proc", _read("/proc/1/environ")
    yield "read_mounts", _read("/proc/self/mounts")
    yield "read_shell", _read("/bin/sh")
    yield "open_null", _write("/dev/null")
    yield "write_here", _write("probe.txt")
    yield "write_temporary", _write(f"{_TMP}/probe.txt")
    yield "make_folder", lambda: os.mkdir(f"{_TMP}/probe")
    yield "change_mode", lambda: os.chmod("/", 0o700)
    yield "link", lambda: os.symlink("/", f"{_TMP}/probe-link")
    yield "internet_socket", lambda: socket.socket(socket.AF_INET)
    yield "unix_socket", lambda: socket.socket(socket.AF_UNIX)
    yield "socket_pair", socket.socketpair
    yield "pipe", os.pipe
    yield "fork", _fork
    yield "execute", lambda: os.execv("/bin/sh", ["sh"])  # noqa: S606
    yield "thread", lambda: threading.Thread(target=int).start()
    yield "signal_parent", lambda: os.kill(os.getppid(), 0)
    yield "signal_first", lambda: os.kill(1, 0)
    yield "become_root", lambda: os.setuid(0)
    yield "change_root", lambda: os.chroot("/")
    yield "memory_file", lambda: os.memfd_create("probe")
    yield "raise_limits", _raise_limits
    yield "hide_blocked_calls", lambda: signal.signal(signal.SIGSYS, signal.SIG_IGN)
    yield "clock_of_parent", lambda: time.clock_gettime((~os.getppid() << 3) | 2)
    yield "processors_of_parent", lambda: os.sched_getaffinity(os.getppid())
    yield "note_on_input", lambda: fcntl.fcntl(0, fcntl.F_SETFL, os.O_APPEND)
    yield "merge_pages", lambda: mmap.mmap(-1, mmap.PAGESIZE).madvise(_MERGEABLE)
    yield "wake_others", _wake_others
    for module in ("reference", "sqlalchemy", "flask", "celery", "grader.engine"):
        yield f"import_{module}", _import(module)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _wake_others() -> None:
    """Wake whoever waits on a page of the C library, in whichever process."""
    libc = ctypes.CDLL(None, use_errno=True)
    page = ctypes.cast(libc.getpid, ctypes.c_void_p).value or 0
    page -= page % mmap.PAGESIZE
    number = 202 if os.uname().machine == "x86_64" else 98
    if libc.syscall(number, ctypes.c_void_p(page), _FUTEX_WAKE, 1, None, None, 0) < 0:
        raise OSError(ctypes.get_errno(), "futex: refused")


def _raise_limits() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def probe(student: Any) -> dict[str, Any]:
    """Return for each probe whether it was refused."""
    refused = {"empty_environment": np.array(not os.environ)}
    refused["not_root"] = np.array(0 not in (*os.getresuid(), *os.getresgid()))
    for name, attempt in _attempts():
        try:
            attempt()
        except (OSError, ImportError, RuntimeError, ValueError):
            refused[name] = np.array(True)
        else:
            refused[name] = np.array(False)
    return refused


def trace(student: Any) -> dict[str, Any]:
    """Ask to trace the parent, which must be the end of this process."""
    ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)
    return {}


def fill_memory(student: Any) -> dict[str, Any]:
    """Take more memory than there is, in a way that NumPy does not see."""
    pages = []
    while True:
        try:
            pages.append(mmap.mmap(-1, 64 << 20))
        except OSError:
            raise MemoryError from None
        if len(pages) > 64:
            return {}


def leave(student: Any) -> None:
    """End the process without a word."""
    os._exit(0)
