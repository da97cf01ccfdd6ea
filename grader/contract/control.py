"""What the driver and the fork server in the jail tell each other, besides frames.

They share one SEQPACKET socket:

========= ============================== =============================================
direction message                        meaning
========= ============================== =============================================
out       ``R`` + JSON                   ready; the sender's process id is the server's
in        ``F`` + limits, 3 descriptors  fork a child; request, reply and log pipe
out       ``B``                          from the child; the kernel adds its id
out       ``X`` + status and usage       the child has ended
========= ============================== =============================================

No student's byte is in the process that says these things. They are read as if one were
all the same: whatever the bytes are, a reader raises nothing but `FrameError`.
"""

import json
import math
import os
import resource
import struct
from collections.abc import Mapping
from typing import Final

from grader.contract.codec import FrameError

READY: Final = b"R"
FORK: Final = b"F"
BORN: Final = b"B"
EXITED: Final = b"X"

FORK_LAYOUT: Final = struct.Struct("<cQQ")  # Tag, memory in bytes, CPU in seconds.
EXIT_LAYOUT: Final = struct.Struct("<ciddQ")  # Tag, wait status, CPU twice, peak in KB.
LARGEST_MESSAGE: Final = 4096

# How the submission is named among the arrays of the first frame.
FILE_PREFIX: Final = "file:"
BINDING_SOURCE: Final = "binding:source"
# The code of a file that an earlier child has compiled.
CODE_PREFIX: Final = "code:"

OPEN_FILES: Final = 32
STACK_BYTES: Final = 8 << 20

_LONGEST_FACT: Final = 255
_LARGEST_NUMBER: Final = 1 << 53
_LARGEST_STATUS: Final = 0xFFFF


def child_limits(memory_bytes: int, cpu_seconds: int) -> Mapping[int, tuple[int, int]]:
    """Return the soft and hard limit of each resource for a child."""
    return {
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
        resource.RLIMIT_CPU: (cpu_seconds, cpu_seconds + 1),
        resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
        resource.RLIMIT_STACK: (STACK_BYTES, STACK_BYTES),
    }


def read_ready(message: bytes) -> dict[str, int | str]:
    """Return the facts in the message of a server that is ready: a flat JSON object.

    Raises
    ------
    FrameError
        If it is anything else.
    """
    try:
        facts = json.loads(message[1:].decode("utf-8"))
    except (ValueError, RecursionError):
        # Brackets in brackets exhaust the parser's stack before the message ends.
        facts = None
    if message[:1] != READY or not isinstance(facts, dict):
        raise FrameError("control: the server said no facts when it was ready")
    for key, value in facts.items():
        if len(key) > _LONGEST_FACT or not _is_fact(value):
            raise FrameError("control: the server said a fact that is none")
    return facts


def _is_fact(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < _LARGEST_NUMBER
    return isinstance(value, str) and len(value) <= _LONGEST_FACT


def read_exit(message: bytes) -> tuple[int, float, int]:
    """Return a child's wait status, its seconds of processor time and peak of bytes.

    Raises
    ------
    FrameError
        If this is no message about an end, or it says what no kernel says.
    """
    if len(message) != EXIT_LAYOUT.size:
        raise FrameError(f"control: {len(message)} bytes about the end of a child")
    tag, status, user, system, peak = EXIT_LAYOUT.unpack(message)
    if tag != EXITED or not _is_end(status):
        raise FrameError(f"control: a child cannot end with status {status}")
    seconds = user + system
    if not math.isfinite(seconds) or min(user, system) < 0:
        raise FrameError(f"control: a child cannot take {user} s and {system} s")
    if peak * 1024 >= _LARGEST_NUMBER:
        raise FrameError(f"control: a child cannot need {peak} KB")
    return status, seconds, peak * 1024


def _is_end(status: int) -> bool:
    if not 0 <= status <= _LARGEST_STATUS:
        return False
    return os.WIFEXITED(status) or os.WIFSIGNALED(status)
