"""Waiting for other processes, for a bounded time."""

import time
from collections.abc import Callable

LONGEST_SECONDS = 60.0


def until(
    condition: Callable[[], object], what: str = "", seconds: float = LONGEST_SECONDS
) -> None:
    """Return as soon as a condition holds; fail if it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain {what}"
        time.sleep(0.02)
