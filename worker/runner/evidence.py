"""Say which blocked call was tried, then die of it.

The kernel raises ``SIGSYS`` in place of a call on the evidence list. The handler runs
inside the student's process, so what it reports is a help for staff and no proof; that
the process died of ``SIGSYS`` is seen from outside.
"""

import ctypes
import os
import platform
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from worker.runner.c_library import c_library
from worker.runner.syscalls import evidence_name

_SA_SIGINFO: Final = 0x4
_SA_RESETHAND: Final = 0x80000000
_SYSCALL_AT: Final = 24  # Offset of si_syscall in siginfo_t on 64-bit machines.
_MASK_BYTES: Final = 128

_Handler = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_kept: list[Any] = []


class _Action(ctypes.Structure):
    _fields_ = (
        ("handler", _Handler),
        ("mask", ctypes.c_ubyte * _MASK_BYTES),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    )


def report_blocked_calls(report: Callable[[str], None]) -> None:
    """Call ``report`` with the name of a blocked call just before the process ends.

    Must run before the filter is loaded: the filter forbids to change this handler.
    """
    libc = c_library()

    def handle(_signal: int, details: int, _context: int) -> None:
        called = ctypes.c_int.from_address(details + _SYSCALL_AT).value
        with suppress(BaseException):  # Nothing may keep the process from ending.
            report(evidence_name(called, platform.machine()))
        # The handler is reset and the signal held back while it runs: the kernel
        # answers the same call once more by killing the process.
        libc.syscall(called, 0, 0, 0, 0, 0)
        os._exit(1)

    handler = _Handler(handle)
    _kept.append(handler)
    flags = _SA_SIGINFO | _SA_RESETHAND
    action = _Action(
        handler=handler,
        mask=(ctypes.c_ubyte * _MASK_BYTES)(),
        flags=ctypes.c_int(flags).value,
        restorer=None,
    )
    if libc.sigaction(signal.SIGSYS, ctypes.byref(action), None) != 0:
        raise OSError(ctypes.get_errno(), "sigaction: SIGSYS handler was refused")
