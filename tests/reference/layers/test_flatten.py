import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.flatten import Flatten
from reference.operations import create


def test_the_last_axis_runs_fastest():
    rng = np.random.default_rng(11)
    x, grad_out = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 60))
    layer = Flatten()
    out, grad_x = layer.forward(x), layer.backward(grad_out)
    assert out.shape == (2, 60)
    for n, c, i, j in np.ndindex(x.shape):
        feature = (c * 4 + i) * 5 + j
        assert out[n, feature] == x[n, c, i, j]
        assert grad_x[n, c, i, j] == grad_out[n, feature]


def test_rows_stay_rows():
    layer, x = Flatten(), np.array([[1.0, 2.0], [3.0, 4.0]])
    out = layer.forward(x)
    np.testing.assert_array_equal(out, x)
    assert not np.shares_memory(out, x)


def test_an_empty_batch_stays_empty():
    layer = Flatten()
    assert layer.forward(np.zeros((0, 3, 4))).shape == (0, 12)
    assert layer.backward(np.zeros((0, 12))).shape == (0, 3, 4)


@pytest.mark.parametrize("shape", [(), (3,)])
def test_an_input_without_a_batch_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        Flatten().forward(np.zeros(shape))
    assert str(caught.value) == f"Flatten: x must be (N, ...), got {shape}"


@pytest.mark.parametrize("dimensions", [0, 3, "2", 1.0, True])
def test_other_dimensions_are_refused(dimensions):
    with pytest.raises(ConventionError) as caught:
        create("flatten", dimensions=dimensions)
    assert str(caught.value) == (
        f"flatten: dimensions must be 1 or 2, got {dimensions!r}"
    )
