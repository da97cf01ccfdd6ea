"""Ask for an object of the student's to be used step by step.

What the steps are called is said in ``worker/runner/bindings/sequences.py``. The
built-in binding for classes can do all of them, functions of a ``binding.py`` most.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from grader.checks import calls
from grader.checks.answers import Answer, Trouble
from grader.checks.component import Component
from grader.contract.messages import Array, Call
from reference.operations.base import Family, Operation

Arrays = Mapping[str, Array]
Steps = Sequence[Sequence[Any]]

BINDING = "layer_classes"


class MissingAnswerError(Exception):
    """The student's code did not come to the point at which an array is taken."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble.outcome))
        self.trouble = trouble


def sequence(
    part: Component,
    operation: Operation,
    rounds: Mapping[str, Arrays],
    steps: Steps,
    *,
    layouts: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Call:
    """Return the call that does ``steps``.

    Parameters
    ----------
    rounds
        Sets of inputs by name. Objects are made for the sizes of the first.
    layouts
        How the arrays of a round lie in memory, where not in C order.
    """
    make = calls.loss if operation.family is Family.LOSS else calls.layer
    asked = {
        name: make(part, operation, arrays, backward=bool(operation.gradients))
        for name, arrays in rounds.items()
    }
    first = next(iter(asked.values()))
    arrays = {
        f"{name}.{key}": value
        for name, call in asked.items()
        for key, value in call.arrays.items()
    }
    options = {**first.options, "steps": steps, "layouts": dict(layouts or {})}
    return Call(first.action, arrays, options, seed)


def once(name: str, round_name: str, prefix: str) -> list[list[Any]]:
    """Return the steps of one forward and one backward of a new object."""
    forward, backward = f"{name} forward", f"{name} backward"
    return [
        ["create", name, round_name],
        ["forward", name, round_name, forward],
        ["take", forward, prefix],
        ["backward", name, round_name, backward],
        ["take", backward, prefix],
    ]


class Taken:
    """The arrays that the steps of one call gave, by prefix and name."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, prefix: str, name: str) -> Array:
        """Return an array.

        Raises
        ------
        MissingAnswerError
            If the student's code failed before.
        LookupError
            If it did not: then the binding does not know steps, which is no fault of
            the student's.
        """
        key = f"{prefix}.{name}"
        if key in self._answer.arrays:
            return self._answer.arrays[key]
        if self._answer.trouble is None:
            raise LookupError(f"sequences: the binding gave no {key}")
        raise MissingAnswerError(self._answer.trouble)
