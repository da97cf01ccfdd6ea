"""Grade an entry of the battery through the real engine, and see what is left."""

import functools
import os
import re
from dataclasses import dataclass

from grader import engine
from grader.assignments import Assignment, load_files
from grader.contract.jail import Jail
from grader.report import Report
from tests.jail.battery.entry import Attack
from tests.jail.canaries import Canaries

MEMORY_BYTES = 320 << 20
LIMITS: dict[str, float] = {
    "load_seconds": 30,
    "wall_seconds": 30,
    "memory_bytes": MEMORY_BYTES,
}
TEXT = """
format = 1
slug = "battery"
title = "Battery"
[submission]
entry = "mlp.py"
[[component]]
name = "Tanh"
operation = "tanh"
[[check]]
id = "forward"
kind = "forward"
component = "Tanh"
points = 2
[[check]]
id = "backward"
kind = "backward"
component = "Tanh"
points = 4
"""
POINTS = (2, 4)
# A user for each process that runs tests, so that its jails can be told from others.
UID = 61000 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@functools.cache
def assignment(limits: tuple[tuple[str, float], ...]) -> Assignment:
    """Return one component with two checks under patient limits, some replaced."""
    lines = [f"{key} = {value}" for key, value in {**LIMITS, **dict(limits)}.items()]
    text = "\n".join([TEXT, "[limits]", *lines])
    return load_files({"assignment.toml": text.encode()})


def graded(attack: Attack, jail: Jail, canaries: Canaries) -> Report:
    """Return the report of an entry; only as many checks run as it has verdicts."""
    files = dict(attack.files)
    files["mlp.py"] = canaries.told_to(attack.source).encode()
    return engine.grade(
        assignment(attack.limits),
        files,
        "mlp.py",
        seed=7,
        jail=jail,
        only={"forward", "backward"} if len(attack.verdicts) > 1 else {"forward"},
    )


PARENT_AND_USER = re.compile(rb"\nPPid:\t(\d+)\n(?:.*\n)*?Uid:\t(\d+)")


@dataclass(frozen=True, slots=True)
class Survivors:
    """Processes of jails that are there at a moment."""

    pids: tuple[int, ...]

    @classmethod
    def found(cls) -> "Survivors":
        """Return our descendants, and as root whoever has the jails' user."""
        seen = {pid: _status(pid) for pid in _pids()}
        ours = {os.getpid()}
        grown = True
        while grown:
            more = {pid for pid, (parent, _) in seen.items() if parent in ours}
            grown = not more <= ours
            ours |= more
        if os.getuid() == 0:
            ours |= {pid for pid, (_, uid) in seen.items() if uid == UID}
        return cls(tuple(sorted(ours - {os.getpid()})))


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _status(pid: int) -> tuple[int, int]:
    """Return parent and user of a process; zeros if it is gone."""
    # Read twice for each entry of the battery and of all processes there are, so not
    # line by line.
    try:
        with open(f"/proc/{pid}/status", "rb", buffering=0) as file:
            found = PARENT_AND_USER.search(file.read())
    except OSError:
        return 0, 0
    assert found is not None
    return int(found[1]), int(found[2])
