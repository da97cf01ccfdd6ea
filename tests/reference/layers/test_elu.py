import math

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.elu import ELU
from reference.operations import create
from tests.reference.numerical import UNIT


@pytest.mark.parametrize("alpha", [0.75, 1.0, 2.0])
def test_agrees_with_the_paper_entry_by_entry(alpha):
    rng = np.random.default_rng(3)
    x, grad_out = rng.normal(0.0, 2.0, (4, 5)), rng.normal(size=(4, 5))
    layer = ELU(alpha)
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    for index in np.ndindex(x.shape):
        # The paper writes the derivative as f(x) + alpha where x <= 0.
        positive = x[index] > 0
        value = x[index] if positive else alpha * (math.exp(x[index]) - 1)
        slope = 1.0 if positive else value + alpha
        assert abs(out[index] - value) <= 20 * UNIT * max(alpha, abs(value))
        allowed = 20 * UNIT * max(alpha, 1.0) * abs(grad_out[index])
        assert abs(grad_x[index] - slope * grad_out[index]) <= allowed


def test_values_at_a_thousand_are_exact():
    layer = ELU(alpha=0.75)
    out = layer.forward(np.array([-1000.0, 1000.0]))
    np.testing.assert_array_equal(out, [-0.75, 1000.0])
    np.testing.assert_array_equal(layer.backward(np.array([3.0, 5.0])), [0.0, 5.0])


def test_a_small_negative_entry_keeps_its_digits():
    (out,) = ELU().forward(np.array([-(2.0**-40)]))
    assert abs(out - (-(2.0**-40) + 2.0**-81)) <= 16 * UNIT * 2.0**-40


def test_the_derivative_at_zero_is_that_of_the_left_side():
    layer = ELU(alpha=0.75)
    np.testing.assert_array_equal(layer.forward(np.zeros(2)), [0.0, 0.0])
    np.testing.assert_array_equal(layer.backward(np.array([8.0, -4.0])), [6.0, -3.0])


@pytest.mark.parametrize("alpha", [0.0, -1.0, math.inf, math.nan])
def test_a_limit_that_is_not_negative_is_refused(alpha):
    with pytest.raises(ValueError, match="must be") as caught:
        ELU(alpha)
    assert str(caught.value) == f"ELU: alpha must be positive and finite, got {alpha}"


def test_a_word_in_place_of_a_number_is_refused():
    with pytest.raises(ConventionError, match=r"^elu: "):
        create("elu", alpha="one")


def test_only_alpha_of_one_has_no_kink():
    arrays = create("elu").draw(np.random.default_rng(0))
    assert create("elu", alpha=1.0).margin(arrays) == np.inf
    assert create("elu", alpha=0.5).margin(arrays) == np.min(np.abs(arrays["x"]))


def test_sizes_tell_alpha():
    assert create("elu").sizes({}) == {"alpha": 0.75}
