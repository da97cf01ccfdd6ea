import numpy as np
import pytest

from reference.errors import ConventionError, DtypeError, ShapeError
from reference.layers.scaled_dot_product_attention import ScaledDotProductAttention
from tests.reference.layers import naive_attention
from tests.reference.layers.close import assert_same_sums

NAME = "ScaledDotProductAttention"


def test_worked_example():
    layer = ScaledDotProductAttention(scale=False)
    # Scores log 3 and 0: weights 3/4 and 1/4.
    query, key = np.array([[[1.0]]]), np.array([[[np.log(3.0)], [0.0]]])
    value = np.array([[[8.0, 0.0], [4.0, 16.0]]])
    assert_same_sums(layer.forward(query, key, value), [[[7.0, 4.0]]])
    grad_query, grad_key, grad_value = layer.backward(np.array([[[2.0, -1.0]]]))
    # Each value times the gradient is 16 and -8, their mean 10: 3/4 of 6, 1/4 of -18.
    assert_same_sums(grad_key, [[[4.5], [-4.5]]])
    assert_same_sums(grad_query, [[[4.5 * np.log(3.0)]]])
    assert_same_sums(grad_value, [[[1.5, -0.75], [0.5, -0.25]]])


def drawn(queries=4, keys=5, seed=11):
    rng = np.random.default_rng(seed)
    query = rng.normal(size=(2, queries, 3))
    key, value = rng.normal(size=(2, keys, 3)), rng.normal(size=(2, keys, 6))
    open_keys = rng.random((2, queries, keys)) < 0.6
    open_keys[:, :, 0] |= ~open_keys.any(axis=2)
    return (query, key, value), open_keys, rng.normal(size=(2, queries, 6))


def masks(kind, open_keys):
    """Return what the layer takes, and what each example is allowed."""
    if kind == "given":
        return (open_keys,), open_keys
    if kind == "shared":
        return (open_keys[0],), np.stack([open_keys[0]] * 2)
    allowed = [
        [
            [kind == "none" or s <= t for s in range(open_keys.shape[2])]
            for t in range(open_keys.shape[1])
        ]
    ] * 2
    return (), np.array(allowed)


@pytest.mark.parametrize("kind", ["none", "given", "shared", "causal"])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("sizes", [(4, 5), (6, 2), (1, 1)])
def test_it_computes_what_the_paper_prints(kind, scale, sizes):
    inputs, open_keys, upstream = drawn(*sizes)
    mask, allowed = masks(kind, open_keys)
    layer = ScaledDotProductAttention(kind, scale)
    out = layer.forward(*inputs, *mask)
    gradients = layer.backward(upstream)
    for n in range(2):
        given = [array[n].tolist() for array in (*inputs, allowed)]
        assert_same_sums(out[n], naive_attention.attention(*given, scale))
        expected = naive_attention.attention_backward(
            upstream[n].tolist(), *given, scale
        )
        for found, wanted in zip(gradients, expected, strict=True):
            assert_same_sums(found[n], wanted)


@pytest.mark.parametrize("shift", [1000.0, -1000.0])
def test_scores_near_a_thousand_give_the_weights_of_scores_near_zero(shift):
    inputs, _, upstream = drawn()
    query, key, value = (np.round(array * 2**8) / 2**8 for array in inputs)
    # A fourth feature adds the same number to all scores of a query. It is exact.
    one, zero = np.ones((2, 4, 1)), np.zeros((2, 5, 1))
    query = np.concatenate([query, one], axis=2)
    layer = ScaledDotProductAttention(scale=False)
    expected = layer.forward(query, np.concatenate([key, zero], axis=2), value)
    wanted = layer.backward(upstream)
    far = np.concatenate([key, zero + shift], axis=2)
    np.testing.assert_array_equal(layer.forward(query, far, value), expected)
    for found, right in zip(layer.backward(upstream)[1:], wanted[1:], strict=True):
        np.testing.assert_array_equal(found, right)


def test_scores_a_thousand_apart_choose_one_key_exactly():
    layer = ScaledDotProductAttention(scale=False)
    query, key = np.array([[[1.0], [-1.0]]]), np.array([[[-1000.0], [0.0], [1000.0]]])
    value = np.array([[[3.0], [5.0], [7.0]]])
    np.testing.assert_array_equal(layer.forward(query, key, value), [[[7.0], [3.0]]])
    grad_query, grad_key, _ = layer.backward(np.array([[[2.0], [-3.0]]]))
    np.testing.assert_array_equal(grad_query, np.zeros((1, 2, 1)))
    np.testing.assert_array_equal(grad_key, np.zeros((1, 3, 1)))


def test_a_key_that_is_closed_to_all_has_no_influence_and_no_gradient():
    (query, key, value), open_keys, upstream = drawn()
    open_keys[:, :, 2], open_keys[:, :, 3] = False, True
    layer = ScaledDotProductAttention("given")
    expected = layer.forward(query, key, value, open_keys)
    _, grad_key, grad_value = layer.backward(upstream)
    np.testing.assert_array_equal(grad_key[:, 2], np.zeros((2, 3)))
    np.testing.assert_array_equal(grad_value[:, 2], np.zeros((2, 6)))
    key[:, 2], value[:, 2] = 50.0, -70.0
    np.testing.assert_array_equal(layer.forward(query, key, value, open_keys), expected)


@pytest.mark.parametrize(
    ("kind", "closed", "place"), [("given", (1, 2), "1, 2"), ("shared", (2,), "2")]
)
def test_a_query_that_may_attend_to_nothing_is_refused(kind, closed, place):
    inputs, _, _ = drawn()
    mask = np.ones((2, 4, 5) if kind == "given" else (4, 5), dtype=bool)
    mask[closed] = False
    with pytest.raises(ValueError, match="at least one key") as caught:
        ScaledDotProductAttention(kind).forward(*inputs, mask)
    assert str(caught.value) == (
        f"{NAME}: mask must let every query attend to at least one key, "
        f"got none for mask[{place}]"
    )


@pytest.mark.parametrize("kind", ["none", "causal"])
def test_a_mask_where_none_is_taken_is_refused(kind):
    inputs, open_keys, _ = drawn()
    with pytest.raises(ConventionError) as caught:
        ScaledDotProductAttention(kind).forward(*inputs, open_keys)
    assert str(caught.value) == (
        f"{NAME}: mask must be left out where the convention is {kind!r}, got one"
    )


@pytest.mark.parametrize("kind", ["given", "shared"])
def test_a_missing_mask_is_refused(kind):
    inputs, _, _ = drawn()
    with pytest.raises(ConventionError) as caught:
        ScaledDotProductAttention(kind).forward(*inputs)
    assert str(caught.value) == (
        f"{NAME}: mask must be handed in where the convention is {kind!r}, got none"
    )


@pytest.mark.parametrize(
    ("kind", "shape", "expected"),
    [("given", (4, 5), (2, 4, 5)), ("shared", (2, 4, 5), (4, 5))],
)
def test_a_mask_of_another_shape_is_refused(kind, shape, expected):
    inputs, _, _ = drawn()
    with pytest.raises(ShapeError) as caught:
        ScaledDotProductAttention(kind).forward(*inputs, np.ones(shape, dtype=bool))
    assert str(caught.value) == f"{NAME}: mask must be {expected}, got {shape}"


def test_a_mask_of_numbers_is_refused():
    inputs, _, _ = drawn()
    with pytest.raises(DtypeError) as caught:
        ScaledDotProductAttention("shared").forward(*inputs, np.ones((4, 5)))
    assert str(caught.value) == f"{NAME}: mask must be booleans, got float64"


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("query", (4, 3), "(N, T, K) with no empty axis"),
        ("query", (2, 0, 3), "(N, T, K) with no empty axis"),
        ("key", (2, 0, 3), "(N, S, K) with no empty axis"),
        ("key", (2, 5, 4), "(2, 5, 3)"),
        ("key", (1, 5, 3), "(2, 5, 3)"),
        ("value", (5,), "(N, S, V) with no empty axis"),
        ("value", (2, 4, 6), "(2, 5, 6)"),
        ("value", (3, 5, 6), "(2, 5, 6)"),
    ],
)
def test_inputs_that_do_not_fit_each_other_are_refused(name, shape, expected):
    inputs, _, _ = drawn()
    given = dict(zip(("query", "key", "value"), inputs, strict=True))
    with pytest.raises(ShapeError) as caught:
        ScaledDotProductAttention().forward(**{**given, name: np.ones(shape)})
    assert str(caught.value) == f"{NAME}: {name} must be {expected}, got {shape}"


def test_another_kind_of_mask_is_refused():
    with pytest.raises(ConventionError) as caught:
        ScaledDotProductAttention(mask="future")
    assert str(caught.value) == (
        f"{NAME}: mask must be one of none, given, shared, causal, got 'future'"
    )


def test_a_scale_that_is_neither_true_nor_false_is_refused():
    with pytest.raises(ConventionError) as caught:
        ScaledDotProductAttention(scale=0.5)
    assert str(caught.value) == f"{NAME}: scale must be true or false, got 0.5"
