"""A system call filter as classic BPF: an allowlist, built and loaded by ctypes.

The verdicts, in the order in which the program reaches them:

* another architecture, or the x32 numbers of x86-64: the kernel kills the process;
* a call whose arguments decide: allowed or an error number;
* a call on the evidence list: ``SIGSYS``. The call is not carried out, a handler (see
  `worker.runner.evidence`) reports its number and the process dies of the signal;
* a call on the allowlist: allowed;
* numbers from 424 on: ``ENOSYS``, so that the C library falls back to an older call;
* all else: ``EPERM``.

On x86-64 newer kernels take ``uretprobe`` and ``uprobe`` (335, 336) without asking any
filter. In a process into which no administrator has put a probe they only fail, by
``SIGILL`` or an error number.
"""

import ctypes
import errno
import signal
import struct
from functools import cache
from typing import Final

from worker.runner.c_library import c_library
from worker.runner.syscalls import (
    ALLOWED,
    EVIDENCE,
    OPENING,
    number,
    numbers,
)

AUDIT_ARCH: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT: Final = 0x40000000
FIRST_NEW_NUMBER: Final = 424

ALLOW: Final = 0x7FFF0000
KILL: Final = 0x80000000
TRAP: Final = 0x00030000
ERRNO: Final = 0x00050000

LOAD: Final = 0x20
IF_EQUAL: Final = 0x15
IF_AT_LEAST: Final = 0x35
RETURN: Final = 0x06

_NUMBER_AT: Final = 0
_ARCH_AT: Final = 4

# The terminal's size, close-on-exec, and how much can be read; nothing else.
IOCTLS: Final = (0x5401, 0x5450, 0x5451, 0x541B)
# Duplicate, close-on-exec, ask for status flags. The flags cannot be set: those of the
# empty input are shared with the next child, to whom they would be a note.
FCNTLS: Final = (0, 1, 2, 3, 1030)
# Wait and wake, by each clock, within this process. All other kinds can meet on a page
# of a file, and the C library's pages are the same in the jail beside this one.
FUTEXES: Final = (128, 129, 137, 138, 384, 393)
# What allocators ask for. Not that pages be compared with those of other processes
# (12), nor that pages be pushed out of memory that others may share (20, 21).
ADVICE: Final = (0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19)
# The machine's clocks and one's own; a negative number is the clock of any process.
CLOCKS: Final = 12

# Stands for the process id until it is known; no other word of the program is like it.
_ANY_PID: Final = b"\xfe\xed\xfa\xce"

ONLY_FROM_OUTSIDE: Final = (
    signal.SIGKILL,
    *(signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU),
)

_FIRST_QUEUED_SIGNAL: Final = 32

_SET_SECCOMP: Final = 22
_FILTER_MODE: Final = 2


def _instruction(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _verdict(value: int) -> bytes:
    return _instruction(RETURN, 0, 0, value)


def _argument(index: int, half: int = 0) -> bytes:
    return _instruction(LOAD, 0, 0, 16 + 8 * index + 4 * half)


def _one_of(index: int, values: tuple[int, ...], otherwise: int) -> list[bytes]:
    code = [_argument(index)]
    for value in values:
        code += [_instruction(IF_EQUAL, 0, 1, value), _verdict(ALLOW)]
    return [*code, _verdict(ERRNO | otherwise)]


def _none_of(index: int, values: tuple[int, ...]) -> list[bytes]:
    code = [_argument(index)]
    for value in values:
        code += [_instruction(IF_EQUAL, 0, 1, value), _verdict(ERRNO | errno.EPERM)]
    return code


def _below(index: int, bound: int, otherwise: int) -> list[bytes]:
    return [
        _argument(index),
        _instruction(IF_AT_LEAST, 1, 0, bound),
        _verdict(ALLOW),
        _verdict(ERRNO | otherwise),
    ]


def _about_itself() -> list[bytes]:
    # Of another process even a refusal by the kernel would say whether it is there.
    return _one_of(0, (0, *struct.unpack("<I", _ANY_PID)), errno.EPERM)


def _own_signal() -> list[bytes]:
    # These only ever come from outside; so the source of an end or a stop is certain.
    # Real-time signals queue up, and one queue's length is the limit of the whole user.
    return [
        _argument(2),
        _instruction(IF_AT_LEAST, 0, 1, _FIRST_QUEUED_SIGNAL),
        _verdict(ERRNO | errno.EPERM),
        *_none_of(2, ONLY_FROM_OUTSIDE),
        *_one_of(0, struct.unpack("<I", _ANY_PID), errno.EPERM),
    ]


def _read_own_limits() -> list[bytes]:
    code = []
    for index, half in ((0, 0), (2, 0), (2, 1)):
        code += [
            _argument(index, half),
            _instruction(IF_EQUAL, 1, 0, 0),
            _verdict(ERRNO | errno.EPERM),
        ]
    return [*code, _verdict(ALLOW)]


def build(pid: int, machine: str, *, may_open: bool = True) -> bytes:
    """Return the filter program for a process that knows itself as ``pid``.

    Parameters
    ----------
    may_open
        False takes away every call that opens a file by its name as well.
    """
    return _for_any_pid(machine, may_open).replace(_ANY_PID, struct.pack("<I", pid))


@cache
def _for_any_pid(machine: str, may_open: bool) -> bytes:
    """Return the program with a gap for the process id; children share it."""
    code = [
        _instruction(LOAD, 0, 0, _ARCH_AT),
        _instruction(IF_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        _verdict(KILL),
        _instruction(LOAD, 0, 0, _NUMBER_AT),
    ]
    if machine == "x86_64":
        code += [_instruction(IF_AT_LEAST, 0, 1, X32_BIT), _verdict(KILL)]
    for name, body in _by_argument().items():
        value = number(name, machine)
        assert value is not None  # noqa: S101 - both architectures have all of these
        code += [_instruction(IF_EQUAL, 0, len(body), value), *body]
    for value in numbers(EVIDENCE, machine):
        code += [_instruction(IF_EQUAL, 0, 1, value), _verdict(TRAP)]
    allowed = ALLOWED if may_open else ALLOWED - OPENING
    for first, last in _ranges(numbers(allowed, machine)):
        code += [
            _instruction(IF_AT_LEAST, 0, 2, first),
            _instruction(IF_AT_LEAST, 1, 0, last + 1),
            _verdict(ALLOW),
        ]
    code += [
        _instruction(IF_AT_LEAST, 0, 1, FIRST_NEW_NUMBER),
        _verdict(ERRNO | errno.ENOSYS),
        _verdict(ERRNO | errno.EPERM),
    ]
    return b"".join(code)


def _by_argument() -> dict[str, list[bytes]]:
    """Return what is decided about calls that are allowed in part."""
    return {
        "futex": _one_of(1, FUTEXES, errno.ENOSYS),
        "madvise": _one_of(2, ADVICE, errno.EINVAL),
        "clock_gettime": _below(0, CLOCKS, errno.EINVAL),
        "clock_getres": _below(0, CLOCKS, errno.EINVAL),
        "clock_nanosleep": _below(0, CLOCKS, errno.EINVAL),
        "sched_getaffinity": _about_itself(),
        "getpgid": _about_itself(),
        "getsid": _about_itself(),
        "ioctl": _one_of(1, IOCTLS, errno.ENOTTY),
        "fcntl": _one_of(1, FCNTLS, errno.EPERM),
        "tgkill": _own_signal(),
        "prlimit64": _read_own_limits(),
        "rt_sigaction": [*_none_of(0, (signal.SIGSYS,)), _verdict(ALLOW)],
    }


def _ranges(values: list[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for value in values:
        if ranges and value == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], value)
        else:
            ranges.append((value, value))
    return ranges


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def install(code: bytes) -> None:
    """Load a filter into this thread; no-new-privileges must be set before.

    Raises
    ------
    OSError
        If the kernel has no seccomp filters, or refuses this one.
    """
    libc = c_library()
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p).value or 0)
    if libc.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp: the kernel refused the filter")
