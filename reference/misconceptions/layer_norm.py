"""What goes wrong in layer normalisation."""

from reference.misconceptions.changes import entries_of
from reference.misconceptions.normalization import View
from reference.misconceptions.normalizing import (
    forward_with,
    gamma_outside_entry,
    row_entries,
)
from reference.operations.base import Arrays, Operation


def rows(operation: Operation, arrays: Arrays) -> View:
    """Look at the rows."""
    shape = arrays["x"].shape
    return View(shape, (1,), (1, shape[1]))


def _columns(operation: Operation, arrays: Arrays) -> View:
    shape = arrays["x"].shape
    return View(shape, (0,), (1, shape[1]))


MISCONCEPTIONS = (
    *row_entries("layer_norm", rows),
    gamma_outside_entry("layer_norm", rows),
    entries_of("layer_norm")(
        "M81",
        "normalised over the batch",
        "Hand over a batch of one row. Which numbers should have mean 0 afterwards, "
        "and which ones have it in yours?",
        "mean and var over axis 0",
        forward_with(_columns),
    ),
)
