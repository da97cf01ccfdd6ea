"""The fork server: imports NumPy once, locks itself, and makes a fresh child per case.

What it hears and says is described in `grader.contract.control`. The server never reads
a student's byte, and its children lock themselves before theirs.
"""

import fcntl
import gc
import importlib
import json
import os
import resource
import socket
import sys
import traceback
from contextlib import suppress
from typing import Any, Final

import numpy as np

from grader.contract.control import (
    BORN,
    EXIT_LAYOUT,
    EXITED,
    FORK_LAYOUT,
    LARGEST_MESSAGE,
    READY,
)
from worker.runner import child, landlock, lock, preload, seccomp, seeds
from worker.runner.bindings import BUILT_IN, built_in

FAILED: Final = 70
_DESCRIPTORS: Final = 3
_SERVER_OPEN_FILES: Final = 64


def main(start: dict[str, Any]) -> None:
    """Serve until the trusted side closes the socket.

    Parameters
    ----------
    start
        Keys: ``control`` the socket's descriptor; ``parent`` the expected parent's
        process id or ``None``; ``uid`` and ``gid`` to become if started by root;
        ``landlock`` ``"required"``, ``"welcome"`` or ``"off"``; ``readable`` and
        ``listable`` paths for it; ``may_open`` false if the filter denies opening
        files; ``preload`` true to import what students may need now; ``locked`` false
        only in `worker.jail.unjailed`.
    """
    control = _low_descriptor(start["control"])
    os.chdir("/")
    if start["locked"]:
        lock.die_with_parent(start["parent"] or os.getppid())
    before = frozenset(sys.modules)
    for name in preload.ALWAYS:
        importlib.import_module(name)
    runner_needs = frozenset(sys.modules)
    if start["preload"]:
        for name in preload.WITHOUT_FILES:
            with suppress(ImportError):
                importlib.import_module(name)
    child.protected_modules = before | runner_needs
    version = _lock(start) if start["locked"] else 0
    os.environ.clear()
    _warm_up(start["may_open"])
    # What stands now is never looked at again, so children do not copy it. Nothing is
    # collected before: there is hardly any garbage, and looking for it takes 10 ms.
    gc.freeze()
    gc.enable()
    control.send(READY + json.dumps({"landlock": version}).encode())
    _serve(control, start)


def _low_descriptor(number: int) -> socket.socket:
    """Keep the standard streams and the socket, and close all else."""
    low = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 3)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.closerange(3, low)
    os.closerange(low + 1, max(number + 1, _SERVER_OPEN_FILES))
    count = min(_SERVER_OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
    return socket.socket(fileno=low)


def _warm_up(may_open: bool) -> None:
    """Do once what each child would otherwise do for the first time."""
    for name in BUILT_IN:
        built_in(name)
    seccomp.build(os.getpid(), os.uname().machine, may_open=may_open)
    seeds.take_over()
    seeds.reseed(0)
    square = np.ones((2, 2))
    square @ square


def _lock(start: dict[str, Any]) -> int:
    """Give up the server's rights and return the version of Landlock in force."""
    version = landlock.version()
    if start["landlock"] == "required" and not version:
        raise OSError("landlock: this kernel does not have it")
    rules = None
    if start["landlock"] != "off" and version:
        # Opened before the change of user: the paths may be closed to the next one.
        rules = landlock.prepare(start["readable"], start["listable"])
    lock.drop_identity(start["uid"], start["gid"])
    lock.die_with_parent(os.getppid())
    lock.lock_server(rules, child.report_blocked)
    return version if rules is not None else 0


def _serve(control: socket.socket, start: dict[str, Any]) -> None:
    while True:
        message, descriptors, _, _ = socket.recv_fds(
            control, LARGEST_MESSAGE, _DESCRIPTORS
        )
        if not message:
            return
        _, memory_bytes, cpu_seconds = FORK_LAYOUT.unpack(message)
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            _become_child(
                control, descriptors, server, (memory_bytes, cpu_seconds), start
            )
        for descriptor in descriptors:
            os.close(descriptor)
        _, status, usage = os.wait4(pid, 0)
        control.send(
            EXIT_LAYOUT.pack(
                EXITED, status, usage.ru_utime, usage.ru_stime, usage.ru_maxrss
            )
        )


def _become_child(
    control: socket.socket,
    descriptors: list[int],
    server: int,
    limits: tuple[int, int],
    start: dict[str, Any],
) -> None:
    try:
        if start["locked"]:
            lock.die_with_parent(server)
        control.send(BORN)
        child.take_descriptors(control.detach(), *descriptors)
        if start["locked"]:
            lock.lock_child(*limits, may_open=start["may_open"])
        child.serve()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(FAILED)
