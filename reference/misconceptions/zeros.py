"""What goes wrong when zeros are asked for."""

import numpy as np

from reference.misconceptions.weights import SMALL, moments, random_entry
from reference.operations.base import Array, Arrays, Operation

_NAME = "zeros"


def _normal(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"variance": np.asarray(1.0)}


def _small_normal(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"variance": np.asarray(SMALL**2)}


def _uniform(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return moments(0.5, 1.0 / 12.0)


MISCONCEPTIONS = (
    random_entry(_NAME, "normal numbers of standard deviation 1", _normal),
    random_entry(_NAME, "normal numbers of standard deviation 0.01", _small_normal),
    random_entry(_NAME, "uniform numbers between 0 and 1", _uniform),
)
