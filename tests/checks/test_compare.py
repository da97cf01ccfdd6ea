from typing import ClassVar

import numpy as np
import pytest

from grader.checks.compare import (
    DOUBLE_BOUND,
    SINGLE_BOUND,
    UNIT,
    Expected,
    Match,
    compare,
    jittered,
    reference_answer,
)
from reference import operations

RIGHT = np.array([[1.0, -2.0, 4.0], [0.5, 0.25, -8.0]])
EXPECTED = Expected(RIGHT, kappa=8.0)


def off_by(ulps: float) -> np.ndarray:
    got = RIGHT.copy()
    got[1, 0] += ulps * UNIT * EXPECTED.kappa
    return got


def test_the_right_answer_has_distance_zero() -> None:
    found = compare(EXPECTED, RIGHT.copy())

    assert (found.match, found.distance) == (Match.SAME, 0.0)


@pytest.mark.parametrize(
    ("ulps", "match"),
    [
        (DOUBLE_BOUND, Match.SAME),
        (DOUBLE_BOUND * 2, Match.SINGLE),
        (SINGLE_BOUND, Match.SINGLE),
        (SINGLE_BOUND * 1.01, Match.WRONG),
    ],
)
def test_three_bands_of_the_distance(ulps: float, match: Match) -> None:
    assert compare(EXPECTED, off_by(ulps)).match is match


def test_the_worst_entry_and_the_wrong_ones_are_named() -> None:
    got = RIGHT.copy()
    got[0, 2] += 0.25
    got[1, 1] -= 1.0

    found = compare(EXPECTED, got)

    assert found.worst == (1, 1)
    assert np.argwhere(found.wrong).tolist() == [[0, 2], [1, 1]]


@pytest.mark.parametrize("shape", [(1, 2, 3), (3, 2), (6,), ()])
def test_no_other_shape_will_do(shape: tuple[int, ...]) -> None:
    found = compare(EXPECTED, np.zeros(shape))

    assert found.match is Match.SHAPE
    assert found.distance == np.inf


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_found_first(value: float) -> None:
    got = RIGHT + 1
    got[0, 1] = value

    found = compare(EXPECTED, got)

    assert (found.match, found.worst) == (Match.NOT_FINITE, (0, 1))


def test_complex_numbers_are_no_answer() -> None:
    assert compare(EXPECTED, RIGHT.astype(complex)).match is Match.NOT_REAL


def test_integers_are_numbers_too() -> None:
    expected = Expected(np.array([1.0, 2.0]), kappa=2.0)

    assert compare(expected, np.array([1, 2])).match is Match.SAME


def test_where_the_scale_is_zero_only_zero_is_right() -> None:
    expected = Expected(np.zeros(3), kappa=0.0)

    assert compare(expected, np.zeros(3)).match is Match.SAME
    assert compare(expected, np.full(3, 1e-200)).match is Match.WRONG


def test_an_empty_array_is_right_if_it_should_be_empty() -> None:
    expected = Expected(np.zeros((0, 3)), kappa=0.0)

    found = compare(expected, np.zeros((0, 3)))

    assert (found.match, found.worst) == (Match.SAME, None)


def test_jitter_moves_every_real_entry_and_no_integer() -> None:
    arrays = {"x": RIGHT, "labels": np.array([1, 2])}

    moved = jittered(arrays, np.random.default_rng(1), 2.0**-10)

    assert np.allclose(np.abs(moved["x"] / RIGHT - 1), 2.0**-10)
    assert moved["labels"] is arrays["labels"]


def test_a_cancelling_quantity_is_judged_on_the_scale_of_its_terms() -> None:
    operation = operations.create("linear")
    arrays = operation.draw(np.random.default_rng(3))
    # Two rows that cancel in the bias gradient up to rounding.
    arrays["grad_out"][:] = 0.0
    arrays["grad_out"][0], arrays["grad_out"][1] = 1000.0, -1000.0

    expected = reference_answer(operation, arrays, np.random.default_rng(4))

    assert np.all(expected["grad_bias"].value == 0)
    assert expected["grad_bias"].kappa > 100
    almost = np.full_like(expected["grad_bias"].value, 1e-13)
    assert compare(expected["grad_bias"], almost).match is Match.SAME


class Cancelling:
    """Two gradients; the second is zero by nature, but for rounding."""

    gradients: ClassVar = {"grad_x": "x", "grad_bias": "bias"}

    def answer(self, arrays):
        x = arrays["x"]
        return {"grad_x": x, "grad_bias": np.atleast_1d((x - x.mean()).sum())}


def test_a_gradient_that_cancels_is_judged_on_the_scale_of_the_others() -> None:
    rng = np.random.default_rng(1)

    right = reference_answer(Cancelling(), {"x": rng.normal(size=9)}, rng)["grad_bias"]

    for rounding in (0.0, 3e-16, -2e-15):
        assert compare(right, right.value + rounding).match is Match.SAME
    assert compare(right, right.value + 4e-8).match is Match.SINGLE
    assert compare(right, right.value + 1e-3).match is Match.WRONG


def test_a_small_gradient_keeps_its_own_scale() -> None:
    class Small(Cancelling):
        def answer(self, arrays):
            return {"grad_x": arrays["x"], "grad_bias": 1e-5 * arrays["x"]}

    rng = np.random.default_rng(1)

    right = reference_answer(Small(), {"x": rng.normal(size=9)}, rng)["grad_bias"]

    assert right.kappa < 1e-4
    assert compare(right, right.value + 1e-8).match is Match.WRONG
