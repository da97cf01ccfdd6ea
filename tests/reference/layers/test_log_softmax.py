import math

import numpy as np
import pytest

from reference.layers.log_softmax import LogSoftmax
from reference.layers.softmax import Softmax
from tests.reference.numerical import UNIT


@pytest.mark.parametrize("axis", [-1, 0])
def test_agrees_with_the_logarithm_of_the_quotient_entry_by_entry(axis):
    rng = np.random.default_rng(8)
    x, grad_out = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    layer = LogSoftmax(axis)
    out, grad_x = layer.forward(x), layer.backward(grad_out)
    if axis == 0:
        x, grad_out, out, grad_x = x.T, grad_out.T, out.T, grad_x.T
    for n, row in enumerate(x):
        total = math.fsum(math.exp(value) for value in row)
        upstream = math.fsum(grad_out[n])
        for j, value in enumerate(row):
            p = math.exp(value) / total
            assert abs(out[n, j] - math.log(p)) <= 40 * UNIT * max(-math.log(p), 1.0)
            # d out_i / d x_j = (i == j) - p_j, summed over i with grad_out.
            expected = grad_out[n, j] - p * upstream
            assert abs(grad_x[n, j] - expected) <= 100 * UNIT * max(abs(upstream), 4.0)


def test_a_probability_that_is_rounded_to_zero_has_a_finite_logarithm():
    layer = LogSoftmax()
    out = layer.forward(np.array([[1000.0, 0.0, -1000.0]]))
    np.testing.assert_array_equal(out, [[0.0, -1000.0, -2000.0]])
    gradient = layer.backward(np.array([[1.0, 2.0, 4.0]]))
    np.testing.assert_array_equal(gradient, [[-6.0, 2.0, 4.0]])


def test_it_is_the_logarithm_of_softmax():
    x = np.random.default_rng(9).normal(size=(3, 4))
    # Both take the logarithm of numbers in (0.01, 1) that 30 roundings led to.
    error = np.abs(LogSoftmax().forward(x) - np.log(Softmax().forward(x)))
    assert np.max(error) <= 2 * 30 * UNIT * 5
