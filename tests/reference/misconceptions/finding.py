"""Look up one wrong formula in order to try it on numbers written out by hand."""

import numpy as np

from reference.misconceptions import for_operation
from reference.operations import create


def wrong(name, number, formula="", *, conventions=None, **arrays):
    """Return what the entry with this id and this text in its formula answers."""
    (entry,) = (
        entry
        for entry in for_operation(name)
        if entry.id == number and formula in entry.formula
    )
    operation = create(name, **(conventions or {}))
    given = {key: np.asarray(value) for key, value in arrays.items()}
    return {key: value.tolist() for key, value in entry.wrong(operation, given).items()}
