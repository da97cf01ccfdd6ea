"""Handwritten digits, 8 by 8 pixels; see ``digits-ATTRIBUTION.txt`` for the source."""

from dataclasses import dataclass
from importlib import resources

import numpy as np

from reference.protocols import Array

DARKEST = 16
"""Pixels in the file are counts from 0 to this."""


@dataclass(frozen=True, slots=True)
class Digits:
    """Images and what they show.

    Parameters
    ----------
    images
        (1797, 64) float64 in [0, 1], row by row from the top left corner.
    labels
        (1797,) int64, the digit from 0 to 9.
    """

    images: Array
    labels: Array


def digits() -> Digits:
    """Return the 1,797 images of the test part of the UCI optical digits.

    Each call reads the file again, so the arrays belong to the caller.

    References
    ----------
    Alpaydin, Kaynak: "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository (1998), doi 10.24432/C50P49, CC BY 4.0.

    Examples
    --------
    >>> data = digits()
    >>> data.images.shape, data.labels[:5].tolist()
    ((1797, 64), [0, 1, 2, 3, 4])
    """
    path = resources.files("reference.datasets") / "digits.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return Digits(
            images=arrays["images"] / DARKEST,
            labels=arrays["labels"].astype(np.int64),
        )
