"""The C library, for the calls that Python does not offer."""

import ctypes
from functools import cache


@cache
def c_library() -> ctypes.CDLL:
    """Return the library that this process is linked with; it keeps ``errno``."""
    return ctypes.CDLL(None, use_errno=True)
