"""One sum of a network at the kink of its ReLU, and norms exactly at a limit."""

import numpy as np
import pytest

from reference.operations import create
from reference.operations.squares import of_norm

RNG = np.random.default_rng
RELU = {"nonlinearity": "relu"}
NETWORKS = [
    ("rnn", RELU),
    ("rnn_cell", RELU),
    ("lenet", {"activation": "relu", "pooling": "average"}),
    ("lenet", {"activation": "relu", "pooling": "max"}),
]
SMOOTH = [("rnn", {}), ("rnn_cell", {}), ("lenet", {})]
BIAS = {"rnn": "bias", "rnn_cell": "bias", "lenet": "linear1_bias"}
LITTLE = 2.0**-30
every_network = pytest.mark.parametrize(("name", "conventions"), NETWORKS)


@every_network
@pytest.mark.parametrize("variant", [0, 1])
@pytest.mark.parametrize("seed", [0, 1, 2, 31, 41])  # two of these are drawn again
def test_a_slope_of_1_is_what_a_sum_just_above_0_gives(
    name, conventions, variant, seed
):
    operation = create(name, **conventions)
    arrays = operation.kinked(RNG(seed), variant=variant)
    right = operation.answer(arrays)
    bias = arrays[BIAS[name]]
    # The state before may turn the sum the other way, so one of the two is above.
    sides = [
        operation.answer({**arrays, BIAS[name]: bias + sign * LITTLE})
        for sign in (1.0, -1.0)
    ]

    gains = operation.through_kink(arrays)

    assert any(gain.any() for gain in gains.values())
    for quantity in operation.gradients:
        gain = gains.get(quantity, np.zeros_like(right[quantity]))
        apart = [np.max(np.abs(side[quantity] - right[quantity])) for side in sides]
        off = [
            np.max(np.abs(side[quantity] - right[quantity] - gain)) for side in sides
        ]
        size = 1e-5 * (1.0 + np.max(np.abs(right[quantity])))
        assert min(off) <= size, quantity
        assert min(apart) <= size, quantity


@every_network
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_every_slope_from_0_to_1_is_right_and_no_other(name, conventions, share):
    operation = create(name, **conventions)
    arrays = operation.kinked(RNG(1))
    right, gains = operation.answer(arrays), operation.through_kink(arrays)

    for quantity, gain in gains.items():
        valid = right[quantity] + share * gain
        beyond = right[quantity] + 1.5 * gain
        np.testing.assert_allclose(
            operation.nearest(arrays, quantity, valid), valid, rtol=1e-12, atol=1e-12
        )
        np.testing.assert_allclose(
            operation.nearest(arrays, quantity, beyond), right[quantity] + gain
        )


@pytest.mark.parametrize(("name", "conventions"), SMOOTH)
def test_a_smooth_network_has_no_kink_and_one_answer(name, conventions):
    operation = create(name, **conventions)
    arrays = operation.draw(RNG(0))
    right = operation.answer(arrays)

    assert operation.kinked(RNG(0)) is None
    for quantity, value in right.items():
        np.testing.assert_array_equal(
            operation.nearest(arrays, quantity, value + 1.0), value
        )


@every_network
def test_away_from_kinks_there_is_one_answer(name, conventions):
    operation = create(name, **conventions)
    arrays = operation.draw(RNG(0))

    assert operation.through_kink(arrays) == {}


@pytest.mark.parametrize(("name", "conventions"), NETWORKS[:2])
@pytest.mark.parametrize("seed", range(10))
def test_the_sum_is_0_in_whatever_order_it_is_added(name, conventions, seed):
    operation = create(name, **conventions)
    arrays = operation.kinked(RNG(seed))
    first = arrays["h0" if name == "rnn" else "h"]
    x = arrays["x"] if name == "rnn" else arrays["x"][:, np.newaxis]
    zeros, state = 0, first

    for step in range(x.shape[1]):
        received = np.concatenate([x[:, step], state], axis=1)
        weight = np.concatenate([arrays["weight_x"], arrays["weight_h"]])
        products = received[:, :, np.newaxis] * weight
        order = RNG(seed + step).permutation(products.shape[1])
        sums = np.cumsum(products[:, order], axis=1)[:, -1] + arrays["bias"]
        zeros += np.count_nonzero(sums == 0.0)
        state = np.maximum(sums, 0.0)

    assert zeros == 1


@pytest.mark.parametrize(
    ("count", "norm"), [(1, 7), (2, 13), (3, 32), (9, 33), (72, 64)]
)
@pytest.mark.parametrize("seed", range(3))
def test_whole_numbers_have_the_norm_that_is_asked_for(count, norm, seed):
    drawn = of_norm(RNG(seed), count, norm)

    assert drawn.shape == (count,)
    assert np.sum(drawn**2) == norm**2
    np.testing.assert_array_equal(drawn, np.round(drawn))


@pytest.mark.parametrize("conventions", [{}, {"per": "parameter"}, {"limit": 64.0}])
@pytest.mark.parametrize("variant", [0, 1])
def test_gradients_at_the_limit_stay_as_they_are(conventions, variant):
    operation = create("clip_by_norm", **conventions)
    arrays = operation.kinked(RNG(0), variant=variant)

    answer = operation.answer(arrays)

    np.testing.assert_allclose(answer["clipped_weight"], arrays["grad_weight"])
    np.testing.assert_allclose(answer["clipped_bias"], arrays["grad_bias"])
    assert operation.margin(arrays) == 0.0


@pytest.mark.parametrize(
    "conventions", [{"eps": 1e-6}, {"limit": 0.1}, {"limit": 0.5, "eps": 0.75}]
)
def test_a_limit_that_few_digits_do_not_make_is_not_asked_about(conventions):
    assert create("clip_by_norm", **conventions).kinked(RNG(0)) is None
