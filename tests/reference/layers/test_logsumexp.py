import math

import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.logsumexp import LogSumExp
from reference.operations import create
from tests.reference.numerical import UNIT


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [-1, 0])
def test_agrees_with_the_formula_entry_by_entry(axis, keepdims):
    rng = np.random.default_rng(10)
    x = rng.normal(size=(4, 5))
    layer = LogSumExp(axis, keepdims)
    out = layer.forward(x)
    assert (
        out.shape
        == {
            (-1, False): (4,),
            (-1, True): (4, 1),
            (0, False): (5,),
            (0, True): (1, 5),
        }[axis, keepdims]
    )
    grad_out = rng.normal(size=out.shape)
    grad_x = layer.backward(grad_out)
    rows, gradients = (x, grad_x) if axis == -1 else (x.T, grad_x.T)
    for n, row in enumerate(rows):
        total = math.fsum(math.exp(value) for value in row)
        expected = math.log(total)
        assert abs(out.ravel()[n] - expected) <= 40 * UNIT * max(abs(expected), 1.0)
        for j, value in enumerate(row):
            right = grad_out.ravel()[n] * math.exp(value) / total
            assert abs(gradients[n, j] - right) <= 60 * UNIT * abs(right)


def test_a_shift_by_a_thousand_is_added():
    x = np.array([[1.0, 2.0], [0.5, 0.25]])
    shift = np.array([1000.0, -1000.0])
    layer = LogSumExp()
    moved = layer.forward(x + shift[:, None])
    # The sum of about 1000 is rounded to a multiple of 2**-43.
    assert np.max(np.abs(moved - shift - layer.forward(x))) <= 2.0**-42


def test_a_vector_becomes_a_number():
    layer = LogSumExp()
    out = layer.forward(np.zeros(4))
    assert isinstance(out, np.ndarray)
    assert out.shape == ()
    assert abs(out - math.log(4.0)) <= 16 * UNIT * math.log(4.0)
    np.testing.assert_array_equal(layer.backward(np.array(2.0)), np.full(4, 0.5))


def test_an_upstream_gradient_that_kept_the_axis_is_refused():
    layer = LogSumExp()
    layer.forward(np.ones((4, 5)))
    with pytest.raises(ShapeError) as caught:
        layer.backward(np.ones((4, 1)))
    assert str(caught.value) == "LogSumExp: grad_out must be (4,), got (4, 1)"


@pytest.mark.parametrize("keepdims", ["yes", 1, None])
def test_keepdims_that_is_neither_true_nor_false_is_refused(keepdims):
    with pytest.raises(ConventionError) as caught:
        create("logsumexp", keepdims=keepdims)
    assert str(caught.value) == (
        f"LogSumExp: keepdims must be true or false, got {keepdims!r}"
    )
