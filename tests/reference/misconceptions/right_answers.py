"""Formulas that can be made wrong must be right where they are left alone."""

import numpy as np
import pytest

from reference.operations import create

SEED = 7


def drawn(*names):
    """Return operations with inputs, under every set of example conventions."""
    return [
        pytest.param(operation, variant, id=f"{name}-{number}-{variant}")
        for name in names
        for number, conventions in enumerate(type(create(name)).example_conventions)
        for operation in [create(name, **conventions)]
        for variant in (0, 1)
    ]


def assert_right(operation, variant, answer):
    """Compare what ``answer`` gives with the reference, quantity by quantity."""
    arrays = operation.draw(np.random.default_rng(SEED), variant=variant)
    found = answer(operation, arrays)
    for name, right in operation.answer(arrays).items():
        np.testing.assert_allclose(found[name], right, rtol=1e-10, atol=1e-12)
