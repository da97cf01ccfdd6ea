"""Ask the ground truth by name, and compare it with what a lecture prints.

What a lecture prints is computed in the tests by loops over Python numbers. Nothing of
it is shared with the reference.
"""

from types import SimpleNamespace

import numpy as np

from reference.operations import create

ROUNDING = 2.0**-40
"""Share of the largest entry that two orders of the same sums may differ by.

A rounding is 2**-53, and no number here is the result of 2**13 of them in a row.
"""


def assert_agrees(found, printed):
    """Assert that an answer has the shape and, to rounding, the entries printed."""
    found, printed = np.asarray(found), np.asarray(printed, dtype=np.float64)
    assert found.shape == printed.shape
    scale = np.max(np.abs(printed), initial=0.0)
    assert np.max(np.abs(found - printed), initial=0.0) <= ROUNDING * scale


def told(name, **conventions):
    """Yield drawn inputs and the answer to them, for each of three shapes.

    The inputs are lists of Python numbers under their names. The third shape has the
    smallest batch.
    """
    operation = create(name, **conventions)
    for variant in range(3):
        arrays = operation.draw(np.random.default_rng(7), variant=variant)
        given = {key: array.tolist() for key, array in arrays.items()}
        yield SimpleNamespace(**given), operation.answer(arrays)


def ask(name, arrays, **conventions):
    """Return the answer of an operation to inputs of one's own, given as lists."""
    given = {key: np.asarray(value) for key, value in arrays.items()}
    return create(name, **conventions).answer(given)


def assert_each_entry(name, value, slope, **conventions):
    """Assert that an activation and its gradient are these functions of an entry."""
    for given, answer in told(name, **conventions):
        assert_agrees(answer["out"], [[value(z) for z in row] for row in given.x])
        rows = zip(given.x, given.grad_out, strict=True)
        printed = [
            [g * slope(z) for z, g in zip(row, upstream, strict=True)]
            for row, upstream in rows
        ]
        assert_agrees(answer["grad_x"], printed)


def assert_path(name, walk, **conventions):
    """Assert that every parameter takes the path that ``walk`` prints.

    ``walk`` maps the start of one number and its gradients to what it is after each
    step.
    """
    for given, answer in told(name, **conventions):
        for j, start in enumerate(given.bias):
            gradients = [step[j] for step in given.grad_bias]
            assert_agrees(answer["bias"][:, j], walk(start, gradients))
        for i, row in enumerate(given.weight):
            for j, start in enumerate(row):
                gradients = [step[i][j] for step in given.grad_weight]
                assert_agrees(answer["weight"][:, i, j], walk(start, gradients))
