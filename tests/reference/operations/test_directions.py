import numpy as np
import pytest

from reference.operations import create
from reference.operations.directions import steepest


def test_no_sum_is_flat_in_the_direction_that_is_found():
    rng = np.random.default_rng(0)
    for _ in range(20):
        weight = rng.normal(size=(4, 7))
        direction, slope = steepest(rng, 7, lambda one, w=weight: w @ one)
        assert slope == np.min(np.abs(weight @ direction))
        assert slope > 0.5


@pytest.mark.parametrize("bias", ["folded_first", "folded_last"])
def test_sums_in_front_of_sigmoids_are_far_out_in_both_directions(bias):
    operation = create("folded_mlp", activation="sigmoid", bias=bias)
    for seed in range(20):
        arrays = operation.extreme(np.random.default_rng(seed))
        weight = arrays["weight_0"]
        weight = weight[:, 1:] if bias == "folded_first" else weight[:, :-1]
        sums = arrays["x"] @ weight.T
        far = np.abs(sums) > 1000
        assert far.all(axis=1).tolist() == [False, True, True, False, True]
        assert not far[[0, 3]].any()
        assert np.array_equal(sums[1] > 0, sums[2] < 0)
