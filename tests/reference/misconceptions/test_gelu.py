"""The wrong gates against the error function of the standard library."""

import math

import numpy as np
import pytest

from tests.reference.misconceptions.finding import wrong

AT_ONE = {"x": [[1.0]], "grad_out": [[1.0]]}
STEP = 2.0**-14


def outputs(number, formula, approximation):
    """Return the output at 1, and its slope there by a central difference."""
    conventions = {"approximation": approximation}
    low, middle, high = (
        wrong("gelu", number, formula, conventions=conventions, x=[[x]])["out"][0][0]
        for x in (1.0 - STEP, 1.0, 1.0 + STEP)
    )
    return middle, (high - low) / (2 * STEP)


def test_an_unscaled_error_function_has_another_value_at_one():
    out, _ = outputs("M208", "erf(x) for", "none")
    assert out == pytest.approx((1 + math.erf(1)) / 2, rel=1e-14)


@pytest.mark.parametrize("approximation", ["none", "tanh"])
@pytest.mark.parametrize(
    ("number", "formula"), [("M208", "for"), ("M208", "or with"), ("M209", "")]
)
def test_gradients_of_wrong_gates_belong_to_their_outputs(
    number, formula, approximation
):
    conventions = {"approximation": approximation}
    found = wrong("gelu", number, formula, conventions=conventions, **AT_ONE)
    _, slope = outputs(number, formula, approximation)
    np.testing.assert_allclose(found["grad_x"], [[slope]], rtol=1e-7)


@pytest.mark.parametrize(
    ("number", "density"),
    [("M204", math.exp(-0.5)), ("M205", math.exp(-0.5) / math.sqrt(math.pi))],
)
def test_a_missing_constant_changes_the_density_only(number, density):
    found = wrong("gelu", number, **AT_ONE)["grad_x"][0][0]
    assert found == pytest.approx((1 + math.erf(math.sqrt(0.5))) / 2 + density)


def test_the_habit_of_three_is_lost_from_the_cubic():
    conventions = {"approximation": "tanh"}
    found = wrong("gelu", "M204", conventions=conventions, **AT_ONE)["grad_x"][0][0]
    scale = math.sqrt(2 / math.pi)
    value = math.tanh(scale * 1.044715)
    slope = (1 - value**2) / 2 * scale * 1.044715
    assert found == pytest.approx((1 + value) / 2 + slope)
