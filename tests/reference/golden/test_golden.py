"""The reference and PyTorch agree to within their rounding errors."""

from importlib import resources

import numpy as np
import pytest

from reference.operations import create, names
from tests.reference.golden.bounds import bounds
from tests.reference.golden.cases import cases

CASES = [pytest.param(case, id=case.key) for case in cases()]


def stored(case, side):
    file = resources.files("tests.reference.golden") / f"{case.name}.npz"
    prefix = f"{case.key}/{side}/"
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return {
            key.removeprefix(prefix): arrays[key]
            for key in arrays.files
            if key.startswith(prefix)
        }


def assert_close(case, arrays, expected):
    answer = create(case.name, **case.conventions).answer(arrays)
    allowed = bounds(case.name, case.conventions, arrays, answer)
    assert answer.keys() == expected.keys() == allowed.keys()
    for quantity, value in answer.items():
        assert value.shape == expected[quantity].shape
        excess = np.abs(value - expected[quantity]) - allowed[quantity]
        assert np.max(excess) <= 0, f"{quantity}: {np.max(excess)} too far"


@pytest.mark.parametrize("case", CASES)
def test_the_reference_agrees_with_the_golden_file(case):
    assert_close(case, stored(case, "input"), stored(case, "answer"))


@pytest.mark.parametrize("case", CASES)
def test_the_golden_file_has_the_shapes_that_are_drawn_today(case):
    shapes = {name: array.shape for name, array in stored(case, "input").items()}
    assert shapes == {name: array.shape for name, array in case.arrays.items()}


@pytest.mark.parametrize("case", CASES)
def test_the_bounds_are_tight_enough_to_mean_something(case):
    answer = create(case.name, **case.conventions).answer(case.arrays)
    allowed = bounds(case.name, case.conventions, case.arrays, answer)
    for quantity, value in answer.items():
        assert np.max(allowed[quantity]) <= 1e-12 * np.max(np.abs(value))


@pytest.mark.parametrize("case", CASES)
def test_the_reference_agrees_with_pytorch_itself(case):
    pytest.importorskip(
        "torch", reason="PyTorch is not installed; its golden files are compared"
    )
    from tests.reference.golden import with_torch

    expected = with_torch.answer(case.name, case.conventions, case.arrays)
    assert_close(case, case.arrays, expected)


def test_every_operation_has_a_golden_file():
    assert {case.name for case in cases()} == set(names())
