import math

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.gelu import GELU
from tests.reference.numerical import UNIT


def exact(x):
    """Return ``x * Phi(x)`` and its derivative with the error function of Python."""
    below = 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
    density = math.exp(-(x**2) / 2.0) / math.sqrt(2.0 * math.pi)
    return x * below, below + x * density


def by_tanh(x):
    """Return the approximation as the paper prints it, and its derivative."""
    u = math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)
    du = math.sqrt(2.0 / math.pi) * (1.0 + 3.0 * 0.044715 * x**2)
    t = math.tanh(u)
    return 0.5 * x * (1.0 + t), 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t**2) * du


FORMS = pytest.mark.parametrize(
    ("approximation", "naive"), [("none", exact), ("tanh", by_tanh)]
)


@FORMS
def test_agrees_with_the_paper_entry_by_entry(approximation, naive):
    rng = np.random.default_rng(5)
    x, grad_out = rng.normal(0.0, 2.0, (5, 7)), rng.normal(size=(5, 7))
    layer = GELU(approximation)
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    for index in np.ndindex(x.shape):
        value, slope = naive(x[index])
        size = max(abs(x[index]), 1.0)
        assert abs(out[index] - value) <= 40 * UNIT * size
        # The argument u is below 20 here and u' below 4; tanh(u)**2 is near one.
        allowed = 400 * UNIT * size * abs(grad_out[index])
        assert abs(grad_x[index] - slope * grad_out[index]) <= allowed


@FORMS
def test_values_at_a_thousand_are_exact(approximation, naive):
    layer = GELU(approximation)
    out = layer.forward(np.array([-1000.0, 0.0, 1000.0]))
    np.testing.assert_array_equal(out, [0.0, 0.0, 1000.0])
    gradient = layer.backward(np.array([3.0, 5.0, 7.0]))
    np.testing.assert_array_equal(gradient, [0.0, 2.5, 7.0])


@FORMS
def test_the_largest_numbers_have_the_limits(approximation, naive):
    layer, largest = GELU(approximation), np.finfo(np.float64).max
    out = layer.forward(np.array([-largest, largest]))
    np.testing.assert_array_equal(out, [0.0, largest])
    np.testing.assert_array_equal(layer.backward(np.array([3.0, 7.0])), [0.0, 7.0])


def test_the_left_tail_keeps_its_digits():
    x = np.array([-10.0, -20.0, -30.0])
    out = GELU().forward(x)
    # The argument x / sqrt(2) is rounded, which the density multiplies by x**2.
    for value, found in zip(x, out, strict=True):
        expected = value * 0.5 * math.erfc(-value / math.sqrt(2.0))
        assert abs(found - expected) <= (4 * value**2 + 20) * UNIT * abs(expected)


def test_the_two_forms_differ_by_less_than_stated_and_by_enough_to_be_told_apart():
    x = np.linspace(-8.0, 8.0, 10001)
    one, other = GELU("none"), GELU("tanh")
    value = np.max(np.abs(one.forward(x) - other.forward(x)))
    ones = np.ones_like(x)
    slope = np.max(np.abs(one.backward(ones) - other.backward(ones)))
    assert 4e-4 < value < 5e-4
    assert 8e-4 < slope < 9e-4


def test_an_unknown_approximation_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError) as caught:
        GELU("sigmoid")
    assert str(caught.value) == (
        "GELU: approximation must be one of none, tanh, got 'sigmoid'"
    )
