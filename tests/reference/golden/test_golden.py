"""The reference and PyTorch agree to within their rounding errors.

A rounding of an intermediate number acts like a change of the inputs in their last
digit, and kappa measures how far such changes of all inputs carry a quantity. A chain
of n roundings therefore moves an answer by at most about n*u*kappa, and the bound is
twice that because both sides are rounded.
"""

from functools import cache
from importlib import resources
from itertools import groupby

import numpy as np
import pytest

from grader.checks.compare import UNIT, reference_answer
from tests.reference.golden.cases import cases
from tests.reference.golden.counterparts import ask, counterpart

GROUPS = groupby(cases(), key=lambda case: case.operation.name)
# One test reads the file of an operation once, for all its conventions and variants.
every_operation = pytest.mark.parametrize(
    "group", [pytest.param(list(group), id=name) for name, group in GROUPS]
)


@cache
def stored_arrays(name):
    file = resources.files("tests.reference.golden") / f"{name}.npz"
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return dict(arrays)


def stored(case, side):
    prefix = f"{case.key}/{side}/"
    return {
        key.removeprefix(prefix): array
        for key, array in stored_arrays(case.operation.name).items()
        if key.startswith(prefix)
    }


def bounds(operation, arrays):
    """Return the right answer and the largest difference allowed, by quantity."""
    depth = counterpart(operation).depth(operation, arrays)
    right = reference_answer(operation, arrays, np.random.default_rng(0))
    return {
        quantity: (expected.value, 2 * depth * UNIT * expected.kappa)
        for quantity, expected in right.items()
    }


def assert_close(case, arrays, found):
    operation = case.operation
    right = bounds(operation, arrays)
    assert found.keys() <= right.keys()
    assert operation.gradients.keys() <= found.keys()
    for quantity, got in found.items():
        value, allowed = right[quantity]
        assert value.shape == got.shape
        error = np.max(np.abs(value - got), initial=0.0)
        assert error <= allowed, f"{case.key}: {quantity}: off by {error}"


@every_operation
def test_the_reference_agrees_with_the_golden_file(group):
    for case in group:
        assert_close(case, stored(case, "input"), stored(case, "answer"))


@every_operation
def test_the_golden_file_has_the_inputs_that_are_drawn_today(group):
    for case in group:
        inputs = stored(case, "input")
        assert inputs.keys() == case.arrays.keys(), case.key
        for name, array in inputs.items():
            np.testing.assert_array_equal(array, case.arrays[name], case.key)


@every_operation
def test_the_bounds_are_tight_enough_to_mean_something(group):
    for case in group:
        for quantity, (value, allowed) in bounds(case.operation, case.arrays).items():
            largest = np.max(np.abs(value), initial=0.0)
            assert allowed <= 1e-11 * max(largest, 1.0), (case.key, quantity)


@every_operation
def test_the_reference_agrees_with_pytorch_itself(group):
    torch = pytest.importorskip(
        "torch", reason="PyTorch is not installed; its golden files are compared"
    )
    for case in group:
        found = ask(torch, case.operation, case.arrays)
        assert_close(case, case.arrays, found)
