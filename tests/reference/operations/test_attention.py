import numpy as np
import pytest

from reference.errors import ConventionError
from reference.operations import create
from reference.operations.attention_draws import permission

SINGLE = "scaled_dot_product_attention"


def test_every_query_has_keys_that_are_open_and_keys_that_are_closed():
    mask = permission(np.random.default_rng(0), (50, 4, 3))
    assert np.all(mask.any(axis=-1))
    assert not np.any(mask.all(axis=-1))
    # All six ways to leave one or two of three keys open occur.
    assert len({tuple(row) for row in mask.reshape(-1, 3).tolist()}) == 6


@pytest.mark.parametrize(("mask", "shape"), [("given", (3, 4, 5)), ("shared", (4, 5))])
def test_a_mask_is_drawn_for_each_example_or_for_all(mask, shape):
    operation = create(SINGLE, mask=mask)
    assert operation.arguments == ("query", "key", "value", "mask")
    assert operation.draw(np.random.default_rng(0))["mask"].shape == shape


def test_extreme_scores_lie_beyond_a_thousand_in_both_directions():
    operation = create(SINGLE, scale=False)
    arrays = operation.extreme(np.random.default_rng(3))
    scores = arrays["query"] @ arrays["key"].swapaxes(1, 2)
    assert np.max(scores) > 1000
    # In some rows even the largest is far below zero: each exponential is zero.
    assert np.min(np.max(scores, axis=2)) < -1000


def test_a_constructor_may_need_features_and_heads():
    operation = create("multi_head_attention", heads=3)
    arrays = operation.draw(np.random.default_rng(0))
    assert operation.sizes(arrays) == {"features": 9, "heads": 3}


def test_a_constructor_may_need_the_widths_of_a_head():
    operation = create("multi_head_attention", projections="rectangular")
    arrays = operation.draw(np.random.default_rng(0))
    sizes = {"features": 7, "heads": 2, "key_features": 2, "value_features": 3}
    assert operation.sizes(arrays) == sizes


def test_the_gradient_of_the_bias_of_the_keys_is_zero_but_for_rounding():
    operation = create("multi_head_attention", bias=True)
    answer = operation.answer(operation.draw(np.random.default_rng(0)))
    assert np.max(np.abs(answer["grad_bias_k"])) < 1e-13
    assert np.max(np.abs(answer["grad_bias_q"])) > 1e-2


@pytest.mark.parametrize(
    ("conventions", "message"),
    [
        ({"projections": "round"}, "projections must be one of square, rectangular"),
        ({"heads": "2"}, "heads must be a whole number that divides features"),
        ({"bias": "yes"}, "bias must be true or false, got 'yes'"),
        ({"scale": 1}, "scale must be true or false, got 1"),
    ],
)
def test_other_conventions_are_refused(conventions, message):
    with pytest.raises(ConventionError, match=f"MultiHeadAttention: {message}"):
        create("multi_head_attention", **conventions)
