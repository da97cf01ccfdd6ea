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
"""

import resource
import struct
from collections.abc import Mapping
from typing import Final

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

OPEN_FILES: Final = 32
STACK_BYTES: Final = 8 << 20


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
