"""What goes wrong in a table of vectors."""

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
)
from reference.misconceptions.base import Misconception
from reference.operations.base import Array, Arrays, Operation


@needs_upstream
def _not_collected(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_weight": arrays["grad_out"].copy()}


def _off_by_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    rows = len(arrays["weight"])
    return operation.answer({**arrays, "indices": (arrays["indices"] - 1) % rows})


@needs_upstream
def _last_place_only(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    gradient = np.zeros_like(arrays["weight"])
    gradient[arrays["indices"]] = arrays["grad_out"]
    return {"grad_weight": gradient}


@needs_upstream
def _averaged_over_places(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    rows = len(arrays["weight"])
    counts = np.bincount(arrays["indices"].ravel(), minlength=rows)
    gradient = operation.answer(arrays)["grad_weight"]
    return {"grad_weight": gradient / np.maximum(counts, 1)[:, np.newaxis]}


MISCONCEPTIONS = (
    averaged_entry("embedding"),
    negated_entry("embedding"),
    Misconception(
        id="M14",
        operation="embedding",
        title="gradient not summed into the rows of the table",
        hint=(
            "How many rows does the table have, and how many does your gradient for it "
            "have?"
        ),
        formula="grad_weight = grad_out",
        wrong=_not_collected,
    ),
    ignored_upstream_entry("embedding", "grad_weight[v] = number of places with v"),
    Misconception(
        id="M58",
        operation="embedding",
        title="indices off by one",
        hint=(
            "Print the first index and the row that your code picks for it. Which row "
            "has the number 0?"
        ),
        formula="weight[indices - 1] is used in place of weight[indices]",
        wrong=_off_by_one,
    ),
    Misconception(
        id="M114",
        operation="embedding",
        title="repeated indices overwrite each other",
        hint=(
            "Use a sentence in which one word comes twice. From how many places should "
            "the row of that word collect gradients, and does it?"
        ),
        formula="grad_weight[indices] += grad_out, which keeps the last place only",
        wrong=_last_place_only,
    ),
    Misconception(
        id="M120",
        operation="embedding",
        title="gradient divided by the number of uses",
        hint=(
            "Raise one entry of a row that is looked up three times. How many entries "
            "of the output move, and by how much each?"
        ),
        formula="grad_weight[v] = mean of grad_out over the places with v",
        wrong=_averaged_over_places,
    ),
)
