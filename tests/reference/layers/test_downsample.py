import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.downsample import Downsample
from reference.layers.upsample import Upsample
from reference.operations import create


@pytest.mark.parametrize(
    ("width", "factor", "kept"),
    [(6, 2, 3), (7, 2, 4), (7, 3, 3), (8, 3, 3), (9, 3, 3), (2, 5, 1), (4, 1, 4)],
)
def test_every_kth_entry_is_kept_in_one_dimension(width, factor, kept):
    rng = np.random.default_rng(25)
    x, grad_out = rng.normal(size=(2, 3, width)), rng.normal(size=(2, 3, kept))
    layer = Downsample(factor)
    out, grad_x = layer.forward(x), layer.backward(grad_out)
    assert out.shape == (2, 3, kept)
    for n, c, i in np.ndindex(x.shape):
        if i % factor == 0:
            assert out[n, c, i // factor] == x[n, c, i]
            assert grad_x[n, c, i] == grad_out[n, c, i // factor]
        else:
            assert grad_x[n, c, i] == 0.0


def test_every_kth_entry_is_kept_in_two_dimensions():
    rng = np.random.default_rng(26)
    x, grad_out = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=(2, 3, 3, 3))
    layer = Downsample(3, dimensions=2)
    out, grad_x = layer.forward(x), layer.backward(grad_out)
    assert out.shape == (2, 3, 3, 3)
    for n, c, i, j in np.ndindex(x.shape):
        if i % 3 == 0 and j % 3 == 0:
            assert out[n, c, i // 3, j // 3] == x[n, c, i, j]
            assert grad_x[n, c, i, j] == grad_out[n, c, i // 3, j // 3]
        else:
            assert grad_x[n, c, i, j] == 0.0


def test_each_is_the_backward_of_the_other_where_the_lengths_agree():
    x, gradient = np.arange(1.0, 8.0).reshape(1, 1, 7), np.array([[[2.0, -3.0, 5.0]]])
    down, up = Downsample(3), Upsample(3)
    small = down.forward(x)
    np.testing.assert_array_equal(down.backward(gradient), up.forward(gradient))
    np.testing.assert_array_equal(up.backward(x), small)


@pytest.mark.parametrize(
    ("dimensions", "shape", "expected"),
    [(1, (2, 3, 4, 5), "(N, C, W)"), (2, (2, 3, 4), "(N, C, H, W)")],
)
def test_an_input_of_other_dimensions_is_refused(dimensions, shape, expected):
    with pytest.raises(ShapeError) as caught:
        Downsample(2, dimensions).forward(np.ones(shape))
    assert str(caught.value) == (
        f"Downsample: x must be {expected} with no empty axis, got {shape}"
    )


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dimensions", [1, 2])
def test_drawn_arrays_fit_every_factor(factor, dimensions):
    operation = create("downsample", factor=factor, dimensions=dimensions)
    for variant in (0, 1, 2):
        arrays = operation.draw(np.random.default_rng(0), variant=variant)
        assert operation.answer(arrays)["out"].shape == arrays["grad_out"].shape


def test_by_default_one_drawn_length_is_no_multiple_of_the_factor():
    rng = np.random.default_rng(0)
    lengths = [create("downsample").draw(rng, variant=v)["x"].shape[2] for v in (0, 1)]
    assert all(length % 3 for length in lengths)
