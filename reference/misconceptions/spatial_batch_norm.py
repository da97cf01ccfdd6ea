"""What goes wrong in batch normalisation of images."""

from functools import partial

from reference.misconceptions.base import Misconception
from reference.misconceptions.batch_normalizing import batch_entries, batch_view
from reference.misconceptions.changes import entries_of
from reference.misconceptions.gamma_and_beta import summed_over_batch_entry
from reference.misconceptions.normalization import View
from reference.misconceptions.normalizing import forward_with
from reference.operations.base import Arrays, Operation

_entry = entries_of("spatial_batch_norm")


def _per_pixel(operation: Operation, arrays: Arrays) -> View:
    shape = arrays["x"].shape
    return View(shape, (0,), (1, shape[1], 1, 1))


def _per_image(operation: Operation, arrays: Arrays) -> View:
    shape = arrays["x"].shape
    return View(shape, (2, 3), (1, shape[1], 1, 1))


def _cut_into_rows(operation: Operation, arrays: Arrays) -> View:
    channels = arrays["x"].shape[1]
    return View((arrays["x"].size // channels, channels), (0,), (1, channels))


def _statistics() -> tuple[Misconception, ...]:
    entry = partial(
        _entry,
        "M79",
        "moments of a pixel or of a single image",
        "How many numbers of a batch of images share one mean? Multiply it out from N, "
        "C, H and W, and compare with your array of means.",
    )
    return (
        entry("moments over N, one for each pixel", forward_with(_per_pixel)),
        entry("moments over H and W, one for each image", forward_with(_per_image)),
    )


MISCONCEPTIONS = (
    *batch_entries("spatial_batch_norm"),
    summed_over_batch_entry("spatial_batch_norm", batch_view),
    *_statistics(),
    _entry(
        "M243",
        "reshape where axes have to be moved",
        "Number the entries of a small array 0, 1, 2 ... and reshape it as you do. "
        "Does each column hold the entries of a single channel?",
        "x.reshape(-1, C) without moving the channels to the last axis",
        forward_with(_cut_into_rows),
    ),
)
