"""Every component as the operations make it, for the common tests."""

import numpy as np
import pytest

from reference.operations import Family, create, names


def cases(family):
    """Return every operation of a family under each set of example conventions."""
    return [
        pytest.param(create(name, **conventions), id=f"{name}-{number}")
        for name in names()
        for number, conventions in enumerate(type(create(name)).example_conventions)
        if create(name).family is family
    ]


LAYER_CASES = cases(Family.LAYER)
LOSS_CASES = cases(Family.LOSS)
OPTIMIZER_CASES = cases(Family.OPTIMIZER)


def frozen(arrays):
    """Make arrays read-only: writing into them then raises."""
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def real(arrays, names=None):
    return [
        name
        for name, array in arrays.items()
        if array.dtype.kind == "f" and (names is None or name in names)
    ]


def as_tuple(returned):
    return returned if isinstance(returned, tuple) else (returned,)


def drawn(operation):
    return frozen(operation.draw(np.random.default_rng(20)))
