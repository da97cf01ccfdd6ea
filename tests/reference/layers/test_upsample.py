import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.downsample import Downsample
from reference.layers.upsample import Upsample
from reference.operations import create


def upsampled(fill, shape, factor):
    rng = np.random.default_rng(24)
    x = rng.normal(size=shape)
    layer = Upsample(factor, fill, dimensions=len(shape) - 2)
    out = layer.forward(x)
    grad_out = rng.normal(size=out.shape)
    return x, out, grad_out, layer.backward(grad_out)


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_zeros_go_between_entries_in_one_dimension(factor):
    x, out, grad_out, grad_x = upsampled("zeros", (2, 3, 4), factor)
    assert out.shape == (2, 3, factor * 3 + 1)
    for n, c, i in np.ndindex(out.shape):
        right = x[n, c, i // factor] if i % factor == 0 else 0.0
        assert out[n, c, i] == right
    for n, c, i in np.ndindex(x.shape):
        assert grad_x[n, c, i] == grad_out[n, c, i * factor]


def test_zeros_go_between_entries_in_two_dimensions():
    x, out, grad_out, grad_x = upsampled("zeros", (2, 3, 4, 5), 3)
    assert out.shape == (2, 3, 10, 13)
    for n, c, i, j in np.ndindex(out.shape):
        kept = i % 3 == 0 and j % 3 == 0
        assert out[n, c, i, j] == (x[n, c, i // 3, j // 3] if kept else 0.0)
    for n, c, i, j in np.ndindex(x.shape):
        assert grad_x[n, c, i, j] == grad_out[n, c, 3 * i, 3 * j]


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_entries_are_repeated_in_one_dimension(factor):
    x, out, grad_out, grad_x = upsampled("repeat", (2, 3, 4), factor)
    assert out.shape == (2, 3, factor * 4)
    expected = np.zeros_like(x)
    for n, c, i in np.ndindex(out.shape):
        assert out[n, c, i] == x[n, c, i // factor]
        expected[n, c, i // factor] += grad_out[n, c, i]
    np.testing.assert_allclose(grad_x, expected, rtol=0, atol=1e-15)


def test_entries_are_repeated_in_two_dimensions():
    x, out, grad_out, grad_x = upsampled("repeat", (2, 3, 4, 5), 2)
    assert out.shape == (2, 3, 8, 10)
    expected = np.zeros_like(x)
    for n, c, i, j in np.ndindex(out.shape):
        assert out[n, c, i, j] == x[n, c, i // 2, j // 2]
        expected[n, c, i // 2, j // 2] += grad_out[n, c, i, j]
    # Four numbers below 4, summed in another order.
    np.testing.assert_allclose(grad_x, expected, rtol=0, atol=4e-15)


@pytest.mark.parametrize("fill", Upsample.fills)
def test_downsampling_undoes_it(fill):
    x, out, _, _ = upsampled(fill, (2, 3, 4, 5), 3)
    np.testing.assert_array_equal(Downsample(3, dimensions=2).forward(out), x)


def test_a_single_entry_has_no_neighbours_to_part_from():
    x = np.array([[[5.0]]])
    np.testing.assert_array_equal(Upsample(3).forward(x), x)


@pytest.mark.parametrize(
    ("dimensions", "expected"), [(1, "(N, C, W)"), (2, "(N, C, H, W)")]
)
@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 0), (2, 3, 4, 0), (2, 3, 4, 5, 6)])
def test_an_input_that_is_no_batch_of_signals_is_refused(dimensions, expected, shape):
    with pytest.raises(ShapeError) as caught:
        Upsample(2, dimensions=dimensions).forward(np.ones(shape))
    assert str(caught.value) == (
        f"Upsample: x must be {expected} with no empty axis, got {shape}"
    )


@pytest.mark.parametrize("factor", [0, -1, 1.5, "2", True])
def test_a_factor_that_is_no_positive_integer_is_refused(factor):
    with pytest.raises(ConventionError) as caught:
        create("upsample", factor=factor)
    assert str(caught.value) == (
        f"upsample: Upsample: factor must be an integer of at least 1, got {factor!r}"
    )


@pytest.mark.parametrize("dimensions", [0, 3, "1", 1.0, True])
def test_other_dimensions_are_refused(dimensions):
    with pytest.raises(ValueError, match="must be") as caught:
        Upsample(2, dimensions=dimensions)
    assert str(caught.value) == (
        f"Upsample: dimensions must be 1 or 2, got {dimensions!r}"
    )


def test_an_unknown_fill_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match="one of zeros, repeat, got 'linear'"):
        Upsample(2, fill="linear")


@pytest.mark.parametrize("name", ["upsample", "downsample"])
def test_sizes_tell_the_factor(name):
    assert create(name, factor=4).sizes({}) == {"factor": 4}


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize("fill", Upsample.fills)
def test_drawn_arrays_fit_every_factor(factor, dimensions, fill):
    operation = create("upsample", factor=factor, dimensions=dimensions, fill=fill)
    for variant in (0, 1, 2):
        arrays = operation.draw(np.random.default_rng(0), variant=variant)
        assert operation.answer(arrays)["out"].shape == arrays["grad_out"].shape
