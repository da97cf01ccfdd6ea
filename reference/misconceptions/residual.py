"""What goes wrong in the sum at the end of a residual block."""

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
    scaled,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation


@needs_upstream
def _both_in_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return scaled(operation, arrays, 2.0, "grad_x")


@needs_upstream
def _halved(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return scaled(operation, arrays, 0.5, *operation.gradients)


def _only(kept: str, dropped: str) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        answer = {"out": arrays[kept].copy()}
        if "grad_out" in arrays:
            answer[f"grad_{dropped}"] = np.zeros_like(arrays[dropped])
        return answer

    return wrong


def _one_path(formula: str, wrong: Wrong) -> Misconception:
    return Misconception(
        id="M217",
        operation="residual",
        title="one of the two paths forgotten",
        hint=(
            "On how many ways does a change of the input of the block reach its "
            "output? Follow each of them forward and back."
        ),
        formula=formula,
        wrong=wrong,
    )


MISCONCEPTIONS = (
    averaged_entry("residual"),
    negated_entry("residual"),
    ignored_upstream_entry("residual", "grad_x = grad_branch = 1"),
    Misconception(
        id="M57",
        operation="residual",
        title="gradient counted twice",
        hint=(
            "This layer has two inputs. Which part of the gradient for the input of "
            "the block does it know itself, and which part comes back from the branch?"
        ),
        formula="grad_x = grad_out + grad_branch",
        wrong=_both_in_one,
    ),
    Misconception(
        id="M120",
        operation="residual",
        title="gradient divided by the number of uses",
        hint=(
            "Raise one entry of x by a little and leave the branch alone. By how much "
            "does the output rise?"
        ),
        formula="grad_x = grad_branch = grad_out / 2",
        wrong=_halved,
    ),
    _one_path("out = branch, grad_x = 0", _only("branch", "x")),
    _one_path("out = x, grad_branch = 0", _only("x", "branch")),
)
