"""What this kernel can do, asked by harmless calls."""

import ctypes
import functools
from typing import Final

_LANDLOCK_CREATE_RULESET: Final = 444
_ASK_VERSION: Final = 1


@functools.cache
def landlock_version() -> int:
    """Return the version of Landlock, or 0 if there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    answer = libc.syscall(
        _LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION
    )
    return max(0, int(answer))
