"""What a started process has wrong with it, by names of its environment."""

import os
import time
from pathlib import Path

from tests.chaos import ablations

# Comma list of parts that are taken out of this process.
ABLATIONS = "CHAOS_ABLATIONS"
# While this file exists, every grading raises: the machine is sick.
SICK = "CHAOS_SICK"
# While this file exists, this process's clock is wrong by the seconds that it states.
CLOCK = "CHAOS_CLOCK"
# Name of the step of taking a submission at which the process dies, once ARMED exists.
DIES_AT = "CHAOS_DIES_AT"
ARMED = "CHAOS_ARMED"


def bend_clock() -> None:
    """Do this before anything copies ``time.time``."""
    told = os.environ.get(CLOCK)
    if not told:
        return
    path, real = Path(told), time.time

    def bent() -> float:
        return real() + (float(path.read_text()) if path.exists() else 0.0)

    time.time = bent


def take_parts_out() -> None:
    for name in filter(None, os.environ.get(ABLATIONS, "").split(",")):
        ablations.apply(name)


def is_sick() -> bool:
    path = os.environ.get(SICK)
    return bool(path) and Path(path).exists()
