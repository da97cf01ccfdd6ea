from functools import partial
from math import sqrt

import numpy as np
import pytest

from reference.errors import ConventionError, DtypeError, NonFiniteError
from reference.layers.linear import Linear
from reference.networks.sequential import Sequential
from reference.optimizers.clipping import (
    clip_by_norm,
    clip_by_value,
    clip_gradients,
    norm,
)

RTOL = 1e-14


def drawn(seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(4, 3)), rng.normal(size=3), 0.01 * rng.normal(size=(2, 5))]


def length(arrays):
    return sqrt(sum(float(x) ** 2 for array in arrays for x in array.flat))


def test_one_factor_shortens_all_gradients_to_the_limit():
    gradients = drawn()
    clipped = clip_by_norm(gradients, 0.5)
    assert length(clipped) == pytest.approx(0.5, rel=RTOL)
    factor = 0.5 / length(gradients)
    for before, after in zip(gradients, clipped, strict=True):
        np.testing.assert_allclose(after, factor * before, rtol=RTOL)


def test_each_parameter_by_itself_keeps_short_gradients():
    gradients = drawn()
    clipped = clip_by_norm(gradients, 0.5, "parameter")
    np.testing.assert_array_equal(clipped[2], gradients[2])
    for before, after in zip(gradients[:2], clipped[:2], strict=True):
        np.testing.assert_allclose(after, 0.5 / length([before]) * before, rtol=RTOL)


@pytest.mark.parametrize("per", ["global", "parameter"])
def test_gradients_within_the_limit_come_back_as_they_are_and_as_copies(per):
    gradients = drawn()
    clipped = clip_by_norm(gradients, 100.0, per)
    for before, after in zip(gradients, clipped, strict=True):
        np.testing.assert_array_equal(after, before)
        assert not np.shares_memory(after, before)


def test_eps_is_added_to_the_norm():
    (clipped,) = clip_by_norm([np.array([3.0, -4.0])], 2.0, eps=3.0)
    np.testing.assert_array_equal(clipped, [0.75, -1.0])


def test_a_norm_of_exactly_the_limit_is_not_clipped():
    (clipped,) = clip_by_norm([np.array([3.0, -4.0])], 5.0)
    np.testing.assert_array_equal(clipped, [3.0, -4.0])


def test_gradients_of_zero_stay_zero():
    (clipped,) = clip_by_norm([np.zeros(3)], 0.5)
    np.testing.assert_array_equal(clipped, np.zeros(3))


def test_no_gradients_have_a_norm_of_zero():
    assert clip_by_norm([], 0.5) == []
    assert norm([]) == norm([np.zeros((0, 3))]) == 0.0


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_the_norm_survives_where_squares_would_not(size):
    assert norm([np.array([3.0 * size]), np.array([4.0 * size])]) == pytest.approx(
        5.0 * size, rel=RTOL
    )


def test_exploded_gradients_keep_their_direction():
    (clipped,) = clip_by_norm([np.array([3e200, -4e200])], 10.0)
    np.testing.assert_allclose(clipped, [6.0, -8.0], rtol=RTOL)


def test_every_entry_is_cut_by_itself():
    gradients = drawn()
    for before, after in zip(gradients, clip_by_value(gradients, 0.5), strict=True):
        for x, y in zip(before.flat, after.flat, strict=True):
            assert y == min(max(x, -0.5), 0.5)


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
def test_single_precision_stays_and_the_gradients_are_not_written_into(clip):
    gradients = [array.astype(np.float32) for array in drawn()]
    for array in gradients:
        array.setflags(write=False)
    assert {array.dtype for array in clip(gradients, 0.5)} == {np.dtype(np.float32)}


def test_layers_get_clipped_gradients_and_keep_the_old_arrays_unchanged():
    layers = [Linear(1, 2), Linear(2, 1)]
    old = np.array([[3.0, 0.0]])
    layers[0].grads = {"weight": old, "bias": np.zeros(2)}
    layers[1].grads = {"weight": np.array([[0.0], [4.0]]), "bias": np.zeros(1)}
    clip_gradients(layers, partial(clip_by_norm, limit=2.5))
    np.testing.assert_array_equal(layers[0].grads["weight"], [[1.5, 0.0]])
    np.testing.assert_array_equal(layers[1].grads["weight"], [[0.0], [2.0]])
    np.testing.assert_array_equal(old, [[3.0, 0.0]])


def test_the_layers_of_a_network_get_clipped_gradients():
    network = Sequential([Linear(1, 1), Linear(1, 1)])
    for layer, value in zip(network.layers, (3.0, -4.0), strict=True):
        layer.grads = {"weight": np.array([[value]]), "bias": np.zeros(1)}
    clip_gradients([network], partial(clip_by_norm, limit=2.5))
    np.testing.assert_array_equal(network.layers[0].grads["weight"], [[1.5]])
    np.testing.assert_array_equal(network.layers[1].grads["weight"], [[-2.0]])


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
def test_a_limit_that_is_not_positive_is_refused(clip, limit):
    sentence = f"^{clip.__name__}: limit must be positive, got {limit}$"
    with pytest.raises(ValueError, match=sentence):
        clip(drawn(), limit)


def test_an_eps_below_zero_is_refused():
    with pytest.raises(
        ValueError, match=r"^clip_by_norm: eps must be at least 0, got -1e-06$"
    ):
        clip_by_norm(drawn(), 0.5, eps=-1e-6)


def test_an_unknown_scope_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError) as caught:
        clip_by_norm(drawn(), 0.5, "layer")
    assert str(caught.value) == (
        "clip_by_norm: per must be one of global, parameter, got 'layer'"
    )


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
def test_gradients_that_are_not_finite_real_numbers_are_refused(clip):
    with pytest.raises(NonFiniteError, match=f"^{clip.__name__}: gradient must be fin"):
        clip([np.array([np.nan])], 0.5)
    with pytest.raises(DtypeError, match=f"^{clip.__name__}: gradient must be float64"):
        clip([np.array([1])], 0.5)
