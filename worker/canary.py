"""A submission whose score is known, to see whether this process grades at all."""

from functools import lru_cache

from grader.assignments import Assignment, load_files
from grader.contract.jail import Jail
from grader.report import ReportStatus
from grader.storage import BlobStore
from worker.grading import Grade

SLUG = "canary"
ENTRY = "canary.py"
SEED = 20_260_101

_SPEC = f"""
format = 1
slug = "{SLUG}"
title = "Canary"

[submission]
entry = "{ENTRY}"

[[component]]
name = "ReLU"
operation = "relu"

[[check]]
id = "forward"
kind = "forward"
component = "ReLU"
points = 1

[[check]]
id = "backward"
kind = "backward"
component = "ReLU"
points = 1
"""
_SOLUTION = """
import numpy as np


class ReLU:
    def forward(self, x):
        self.kept = x > 0
        return np.where(self.kept, x, 0.0)

    def backward(self, grad_out):
        return np.where(self.kept, grad_out, 0.0)
"""


@lru_cache(maxsize=1)
def assignment() -> Assignment:
    """Return the assignment, which only this process ever sees."""
    return load_files({"assignment.toml": _SPEC.encode(), "handout.md": b"# Canary\n"})


def trouble(grade: Grade, jail: Jail, store: BlobStore) -> str:
    """Grade the right solution in a jail of its own, and look for the store.

    Returns what is wrong here, or nothing. Whatever grading raises is raised.
    """
    if not holds_something(store):
        return f"the blob store is missing or empty: {store.directory}"
    report = grade(
        assignment(),
        {ENTRY: _SOLUTION.encode()},
        ENTRY,
        seed=SEED,
        jail=jail,
        notices=(),
        on_progress=lambda _: None,
    )
    if report.status is ReportStatus.GRADED and report.score == report.max_score > 0:
        return ""
    return (
        f"a right solution got {report.score:g} of {report.max_score:g} points"
        f" ({report.status.value})"
    )


def holds_something(store: BlobStore) -> bool:
    """Tell whether anything is stored: what waits has its files there.

    A disk that is not mounted looks like a folder without files.
    """
    try:
        return any(len(path.name) == 2 for path in store.directory.iterdir())
    except OSError:
        return False
