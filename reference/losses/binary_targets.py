"""The check of targets that say yes or no."""

import numpy as np

from reference.arrays import require_floats
from reference.errors import LabelError
from reference.protocols import Array


def require_binary(owner: str, targets: Array) -> None:
    """Raise unless ``targets`` holds 0 and 1, or probabilities between them.

    Raises
    ------
    DtypeError, NonFiniteError
        If it holds neither integers nor finite floating-point numbers.
    LabelError
        If an entry is out of range.
    """
    if not np.issubdtype(getattr(targets, "dtype", np.bool_), np.integer):
        require_floats(owner, "targets", targets)
    wrong = targets[(targets < 0) | (targets > 1)]
    if wrong.size:
        raise LabelError(f"{owner}: targets must be from 0 to 1, got {wrong[0]}")
