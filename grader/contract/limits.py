"""How much a student's process may use, and how much of its answer is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one case, that is for one fresh process in the jail.

    Parameters
    ----------
    load_seconds
        Wall clock until the submission's files are imported.
    wall_seconds
        Wall clock for each call after that.
    cpu_seconds
        Backstop by ``RLIMIT_CPU`` for the whole process.
    memory_bytes
        Address space; everything the process needs, NumPy included.
    reply_bytes
        Largest reply that is read; a larger one is bad output.
    log_bytes_kept
        How much of what the code prints is kept.
    log_bytes_fatal
        After this much printing the process is ended.
    """

    load_seconds: float = 10.0
    wall_seconds: float = 10.0
    cpu_seconds: int = 30
    memory_bytes: int = 1 << 30
    reply_bytes: int = 64 << 20
    log_bytes_kept: int = 64 << 10
    log_bytes_fatal: int = 4 << 20
