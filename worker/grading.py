"""The one call by which a worker grades, so that tests can put another in its place."""

from typing import Protocol

from grader.assignments import Assignment
from grader.contract.jail import Jail
from grader.engine import ProgressListener
from grader.report import Report


class Grade(Protocol):
    """``engine.grade``, as far as a worker calls it."""

    def __call__(  # noqa: D102 - said by the class
        self,
        assignment: Assignment,
        files: dict[str, bytes],
        entry: str,
        *,
        seed: int,
        jail: Jail,
        notices: tuple[str, ...],
        on_progress: ProgressListener,
    ) -> Report: ...
