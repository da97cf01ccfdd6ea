"""Give up every right, in two steps: once for the fork server, once for each child."""

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Callable
from typing import Final

from grader.contract.control import child_limits
from worker.runner import evidence, landlock, seccomp
from worker.runner.c_library import c_library

_SET_PDEATHSIG: Final = 1
_SET_DUMPABLE: Final = 4
_DROP_BOUNDING: Final = 24
_SET_NO_NEW_PRIVS: Final = 38
_AMBIENT: Final = 47
_CLEAR_ALL: Final = 4
_CAPABILITY_VERSION_3: Final = 0x20080522
_MOST_CAPABILITIES: Final = 64


def _prctl(*arguments: int) -> int:
    libc = c_library()
    return int(libc.prctl(*(ctypes.c_ulong(value) for value in arguments)))


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent's thread ends.

    Must be repeated after a change of user, which clears it, and after each fork.

    Raises
    ------
    ProcessLookupError
        If the parent is gone already.
    """
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError("the process that started this one has ended")


def drop_identity(uid: int, gid: int) -> None:
    """Leave root for good: groups, user, every capability set.

    Raises
    ------
    OSError
        If the kernel refuses, for example without the capability ``SETUID``.
    RuntimeError
        If root is still there afterwards.
    """
    for capability in range(_MOST_CAPABILITIES):
        _prctl(_DROP_BOUNDING, capability, 0, 0, 0)
    if os.getuid() == 0 or os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    _prctl(_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    _clear_capabilities()
    if 0 in os.getresuid() or 0 in os.getresgid():
        raise RuntimeError("the process is still root")


def _clear_capabilities() -> None:
    libc = c_library()
    header = struct.pack("<Ii", _CAPABILITY_VERSION_3, 0)
    if libc.capset(header, bytes(24)) != 0:
        raise OSError(ctypes.get_errno(), "capset: capabilities could not be cleared")


def lock_server(rules: int | None, report_blocked: Callable[[str], None]) -> None:
    """Lock the fork server, which may still fork but never sees a student's byte.

    Parameters
    ----------
    rules
        A Landlock rule set from `landlock.prepare`, or ``None``.
    report_blocked
        What its children, who inherit this, do with the name of a blocked call.
    """
    evidence.report_blocked_calls(report_blocked)
    if _prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl: no-new-privileges was refused")
    _prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    if rules is not None:
        landlock.enforce(rules)


def lock_child(
    memory_bytes: int,
    cpu_seconds: int,
    *,
    may_open: bool,
) -> None:
    """Lock a child: after this it may compute, and little else.

    Raises
    ------
    OSError
        If the kernel refuses any part.
    """
    for which, (soft, hard) in child_limits(memory_bytes, cpu_seconds).items():
        _, most = resource.getrlimit(which)
        if most != resource.RLIM_INFINITY:
            resource.setrlimit(which, (min(soft, most), min(hard, most)))
        else:
            resource.setrlimit(which, (soft, hard))
    seccomp.install(seccomp.build(os.getpid(), platform.machine(), may_open=may_open))
