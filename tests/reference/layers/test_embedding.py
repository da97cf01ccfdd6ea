import numpy as np
import pytest

from reference.errors import DtypeError, LabelError, ShapeError
from reference.layers.embedding import Embedding
from reference.layers.linear import Linear
from reference.operations import create


def looked_up(indices, seed=13):
    rng = np.random.default_rng(seed)
    layer = Embedding(7, 4, rng)
    out = layer.forward(indices)
    return layer, out, rng.normal(size=out.shape)


@pytest.mark.parametrize("shape", [(), (5,), (3, 5), (2, 3, 5)])
def test_agrees_with_one_row_at_a_time(shape):
    indices = np.random.default_rng(14).integers(7, size=shape)
    layer, out, grad_out = looked_up(np.asarray(indices))
    assert out.shape == (*shape, 4)
    assert layer.backward(grad_out) == ()
    expected = np.zeros((7, 4))
    for place in np.ndindex(shape):
        row = int(np.asarray(indices)[place])
        for d in range(4):
            assert out[(*place, d)] == layer.params["weight"][row, d]
            expected[row, d] += grad_out[(*place, d)]
    np.testing.assert_array_equal(layer.grads["weight"], expected)


def test_it_is_a_linear_layer_on_one_hot_rows():
    indices = np.array([2, 0, 2, 2])
    layer, out, grad_out = looked_up(indices)
    linear = Linear(7, 4)
    linear.params["weight"] = layer.params["weight"]
    one_hot = np.eye(7)[indices]
    np.testing.assert_array_equal(out, linear.forward(one_hot))
    layer.backward(grad_out)
    linear.backward(grad_out)
    np.testing.assert_allclose(
        layer.grads["weight"], linear.grads["weight"], rtol=0, atol=1e-15
    )


def test_writing_into_the_output_leaves_the_table_alone():
    for indices in (np.array(3), np.array([3])):
        layer, out, _ = looked_up(indices)
        before = layer.params["weight"].copy()
        out[...] = 0.0
        np.testing.assert_array_equal(layer.params["weight"], before)


def test_without_a_generator_the_table_is_zero():
    np.testing.assert_array_equal(Embedding(2, 3).params["weight"], np.zeros((2, 3)))


def test_drawn_rows_have_variance_one():
    weight = Embedding(400, 100, np.random.default_rng(1)).params["weight"]
    # The variance estimated from n normals has a relative deviation of sqrt(2 / n).
    assert abs(weight.var() - 1) < 6 * np.sqrt(2 / weight.size)


@pytest.mark.parametrize("index", [-1, 7])
def test_an_index_without_a_row_is_refused(index):
    with pytest.raises(LabelError) as caught:
        Embedding(7, 4).forward(np.array([0, index]))
    assert str(caught.value) == f"Embedding: indices must be 0 to 6, got {index}"


def test_indices_that_are_no_integers_are_refused():
    with pytest.raises(DtypeError, match="indices must be integers, got float64"):
        Embedding(7, 4).forward(np.array([1.0]))


def test_a_table_that_is_no_matrix_is_refused():
    layer = Embedding(7, 4)
    layer.params["weight"] = np.ones(7)
    with pytest.raises(ShapeError) as caught:
        layer.forward(np.array([1]))
    assert str(caught.value) == "Embedding: weight must be (V, D), got (7,)"


@pytest.mark.parametrize("sizes", [(0, 4), (7, 0)])
def test_an_empty_table_is_refused(sizes):
    with pytest.raises(ValueError, match=f"at least 1, got {sizes[0]} and {sizes[1]}"):
        Embedding(*sizes)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("variant", [0, 1, 2])
def test_drawn_indices_repeat_and_leave_a_row_out(seed, variant):
    rng = np.random.default_rng(seed)
    arrays = create("embedding").draw(rng, variant=variant)
    used = np.unique(arrays["indices"])
    assert len(used) < arrays["indices"].size
    assert len(used) < len(arrays["weight"])


def test_sizes_are_those_of_the_table():
    operation = create("embedding")
    sizes = operation.sizes(operation.draw(np.random.default_rng(0)))
    assert sizes == {"num_embeddings": 7, "embedding_dim": 4}
