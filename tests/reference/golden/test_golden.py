"""The reference and PyTorch agree to within their rounding errors.

A rounding of an intermediate number acts like a change of the inputs in their last
digit, and kappa measures how far such changes of all inputs carry a quantity. A chain
of n roundings therefore moves an answer by at most about n*u*kappa, and the bound is
twice that because both sides are rounded.
"""

from importlib import resources

import numpy as np
import pytest

from grader.checks.compare import UNIT, reference_answer
from tests.reference.golden.cases import cases
from tests.reference.golden.counterparts import ask, counterpart

CASES = [pytest.param(case, id=case.key) for case in cases()]


def stored(case, side):
    file = resources.files("tests.reference.golden") / f"{case.operation.name}.npz"
    prefix = f"{case.key}/{side}/"
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return {
            key.removeprefix(prefix): arrays[key]
            for key in arrays.files
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


def assert_close(operation, arrays, found):
    right = bounds(operation, arrays)
    assert found.keys() <= right.keys()
    assert operation.gradients.keys() <= found.keys()
    for quantity, got in found.items():
        value, allowed = right[quantity]
        assert value.shape == got.shape
        error = np.max(np.abs(value - got), initial=0.0)
        assert error <= allowed, f"{quantity}: off by {error}, got {allowed}"


@pytest.mark.parametrize("case", CASES)
def test_the_reference_agrees_with_the_golden_file(case):
    assert_close(case.operation, stored(case, "input"), stored(case, "answer"))


@pytest.mark.parametrize("case", CASES)
def test_the_golden_file_has_the_inputs_that_are_drawn_today(case):
    inputs = stored(case, "input")
    assert inputs.keys() == case.arrays.keys()
    for name, array in inputs.items():
        np.testing.assert_array_equal(array, case.arrays[name])


@pytest.mark.parametrize("case", CASES)
def test_the_bounds_are_tight_enough_to_mean_something(case):
    for quantity, (value, allowed) in bounds(case.operation, case.arrays).items():
        largest = np.max(np.abs(value), initial=0.0)
        assert allowed <= 1e-11 * max(largest, 1.0), quantity


@pytest.mark.parametrize("case", CASES)
def test_the_reference_agrees_with_pytorch_itself(case):
    torch = pytest.importorskip(
        "torch", reason="PyTorch is not installed; its golden files are compared"
    )
    assert_close(case.operation, case.arrays, ask(torch, case.operation, case.arrays))
