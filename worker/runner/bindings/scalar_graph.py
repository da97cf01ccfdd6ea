"""Ask a class of numbers that remember how they were computed, such as ``Value``.

``Value(3.0)`` makes a leaf, operators and methods make more, ``backward()`` goes back,
and every leaf then holds its derivative. `programs` lists the options.
"""

from types import ModuleType
from typing import Any

from grader.contract.messages import Array
from worker.runner.bindings.base import Answers, Progress, Request
from worker.runner.bindings.programs import Engine, run
from worker.runner.results import to_number


class ScalarEngine(Engine):
    """An engine of plain numbers."""

    def leaf(self, array: Array) -> Any:
        """Return a leaf made from a Python number."""
        return self.construct(float(array))

    def plain(self, value: Any, subject: str) -> Array:
        """Return one number."""
        return to_number(super().plain(value, subject), subject)


def answer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Serve one call; see ``programs`` for the options."""
    options = request.options
    yield from run(ScalarEngine(student, options), options, request.arrays, progress)
