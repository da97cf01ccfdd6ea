"""File access, TCP and signals taken away by Landlock, through bare system calls."""

import ctypes
import os
import stat
import struct
from collections.abc import Sequence
from typing import Final

from worker.runner.c_library import c_library

READ_FILE: Final = 1 << 2
READ_DIR: Final = 1 << 3

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_NET_BIND_AND_CONNECT: Final = 3
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS: Final = 3


def version() -> int:
    """Return the version of the kernel's Landlock interface; 0 if there is none.

    Ask by the call itself: ``/sys/kernel/security`` is often not mounted.
    """
    return max(0, int(_call(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)))


def _call(*arguments: object) -> int:
    libc = c_library()
    return int(libc.syscall(*arguments))


def _handled(abi: int) -> bytes:
    """Return the rule set's attribute: everything this version can take away."""
    files = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):
        if abi >= since:
            files |= 1 << bit
    fields = [files]
    if abi >= 4:
        fields.append(_NET_BIND_AND_CONNECT)
    if abi >= 6:
        fields.append(_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS)
    return struct.pack(f"<{len(fields)}Q", *fields)


def prepare(readable: Sequence[str], listable: Sequence[str]) -> int:
    """Return the descriptor of a rule set that allows reading and nothing else.

    Opens the paths now, so that they may lie where only the present user can go.

    Parameters
    ----------
    readable
        Files, and folders with everything below them. Missing ones are left out.
    listable
        Folders whose names may be listed, at any depth, without reading the files.

    Raises
    ------
    OSError
        If the kernel has no Landlock or refuses a rule.
    """
    attribute = _handled(version())
    rules = _call(_CREATE, attribute, ctypes.c_size_t(len(attribute)), 0)
    if rules < 0:
        raise OSError(ctypes.get_errno(), "landlock: no rule set could be made")
    for paths, access in ((readable, READ_FILE | READ_DIR), (listable, READ_DIR)):
        for path in paths:
            _allow(rules, path, access)
    return rules


def _allow(rules: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            access &= ~READ_DIR
        rule = struct.pack("<Qi", access, place)
        if _call(_ADD, rules, _PATH_BENEATH, rule, 0) != 0:
            raise OSError(ctypes.get_errno(), "landlock: a rule was refused", path)
    finally:
        os.close(place)


def enforce(rules: int) -> None:
    """Put this process and its children under the rules, for good.

    Raises
    ------
    OSError
        If no-new-privileges is not set.
    """
    if _call(_RESTRICT, rules, 0) != 0:
        raise OSError(ctypes.get_errno(), "landlock: the rules were refused")
    os.close(rules)
