"""What goes wrong in group normalisation."""

from functools import partial

from reference.misconceptions.base import Misconception
from reference.misconceptions.changes import entries_of
from reference.misconceptions.gamma_and_beta import summed_over_batch_entry
from reference.misconceptions.normalization import View
from reference.misconceptions.normalizing import (
    forward_with,
    gamma_outside_entry,
    row_entries,
)
from reference.operations.base import Arrays, Operation

_entry = entries_of("group_norm")


def _arranged(operation: Operation, arrays: Arrays, axes: tuple[int, ...]) -> View:
    """Look at (N, G, C/G, H, W)."""
    count, channels, height, width = arrays["x"].shape
    groups = operation.sizes(arrays)["groups"]
    inner = channels // groups
    return View((count, groups, inner, height, width), axes, (1, groups, inner, 1, 1))


def groups(operation: Operation, arrays: Arrays) -> View:
    """Look at the groups of every image."""
    return _arranged(operation, arrays, (2, 3, 4))


def _channels(operation: Operation, arrays: Arrays) -> View:
    return _arranged(operation, arrays, (3, 4))


def _whole_image(operation: Operation, arrays: Arrays) -> View:
    return _arranged(operation, arrays, (1, 2, 3, 4))


def _per_pixel(operation: Operation, arrays: Arrays) -> View:
    return _arranged(operation, arrays, (2,))


def _over_the_batch(operation: Operation, arrays: Arrays) -> View:
    return _arranged(operation, arrays, (0, 2, 3, 4))


def _every_second(operation: Operation, arrays: Arrays) -> View:
    """Look at (N, C/G, G, H, W): channel c is in group c modulo G."""
    count, channels, height, width = arrays["x"].shape
    groups = operation.sizes(arrays)["groups"]
    inner = channels // groups
    return View(
        (count, inner, groups, height, width), (1, 3, 4), (1, inner, groups, 1, 1)
    )


def _members() -> tuple[Misconception, ...]:
    entry = partial(
        _entry,
        "M80",
        "wrong entries form a group",
        "List the channels of the first group for C = 6 and G = 2, and count the "
        "numbers of one image that share a mean. Does your reshape give them?",
    )
    return (
        entry("every channel is a group", forward_with(_channels)),
        entry("the whole image is one group", forward_with(_whole_image)),
        entry("moments over C/G for every pixel", forward_with(_per_pixel)),
        entry("channel c belongs to group c % G", forward_with(_every_second)),
    )


MISCONCEPTIONS = (
    *row_entries("group_norm", groups),
    summed_over_batch_entry("group_norm", groups),
    gamma_outside_entry("group_norm", groups),
    *_members(),
    _entry(
        "M81",
        "normalised over the batch",
        "Hand over a batch of one image, then the same image among others. Should its "
        "output change?",
        "mean and var of a group over all images of the batch",
        forward_with(_over_the_batch),
    ),
)
