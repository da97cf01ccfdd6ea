"""Sizes of networks that hide a mistake because two of them are the same."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from grader.assignments import Assignment
from grader.checks import Check
from grader.checks import network as networks
from grader.checks.trainings import trainable
from grader.checks.trainings.datasets import DATASETS
from grader.validation.complaints import Complaint, advice, weak


def equal_widths(assignment: Assignment) -> Iterator[Complaint]:
    """Find layers with as many units as inputs, whose weight is square."""
    for check in assignment.checks:
        key, widths = _widths(check)
        same = next((a for a, b in pairwise(widths) if a == b), None)
        if same is not None:
            yield weak(
                "equal-widths",
                f"check {check.params.id}, {key}",
                f"A layer has {same} inputs and {same} units: a weight that is "
                "transposed by mistake fits there. Give every layer another width.",
            )


def full_batches(assignment: Assignment) -> Iterator[Complaint]:
    """Find trainings in which no batch is ever short."""
    for check in assignment.checks:
        params = check.params
        # A replay of losses is refused with such sizes when it is loaded.
        replayed = check.kind == "training" and "losses" in check.points
        if not isinstance(params, trainable.NetworkParams) or replayed:
            continue
        if params.batch_size > 1 and params.examples % params.batch_size == 0:
            yield advice(
                "full-batches",
                f"check {params.id}, examples",
                f"{params.batch_size} divides {params.examples}, so no batch is short: "
                "a constant in place of the batch's size, or a short batch that is "
                "left out, cannot be seen.",
            )


def _widths(check: Check) -> tuple[str, Sequence[int]]:
    """Return the sizes along a network and the key under which they stand."""
    params = check.params
    if isinstance(params, trainable.NetworkParams):
        data = DATASETS[params.data]
        return "hidden", (data.features, *params.hidden, data.classes)
    if isinstance(params, networks.NetworkParams):
        start = params.example if len(params.example) == 1 else params.example[:1]
        return "widths", (*start, *params.widths)
    return "", ()
