from itertools import chain

import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.multi_head_attention import MultiHeadAttention
from reference.layers.scaled_dot_product_attention import ScaledDotProductAttention
from tests.reference.layers import naive_attention
from tests.reference.layers.close import assert_same_sums
from tests.reference.layers.naive_recurrence import product, transposed

NAME = "MultiHeadAttention"


def test_worked_example():
    layer = MultiHeadAttention(2, heads=2, bias=True, scale=False)
    identity = np.eye(2)
    # The first head scores log 3 and 0, the second 0 and 0.
    layer.params |= {
        "weight_q": identity,
        "weight_k": np.array([[np.log(3.0), 0.0], [0.0, 0.0]]),
        "weight_v": identity,
        "weight_o": np.array([[0.0, 1.0], [1.0, 0.0]]),
        "bias_v": np.array([4.0, 0.0]),
        "bias_o": np.array([100.0, 200.0]),
    }
    query, key = np.array([[[1.0, 1.0]]]), np.array([[[1.0, 5.0], [0.0, 7.0]]])
    out = layer.forward(query, key, np.array([[[8.0, 2.0], [4.0, 6.0]]]))
    # Heads 3/4 * 12 + 1/4 * 8 = 11 and (2 + 6) / 2 = 4, exchanged by the last weight.
    assert_same_sums(out, [[[104.0, 211.0]]])
    _, grad_key, grad_value = layer.backward(np.array([[[2.0, -8.0]]]))
    assert_same_sums(grad_value, [[[-6.0, 1.0], [-2.0, 1.0]]])
    np.testing.assert_array_equal(layer.grads["bias_o"], [2.0, -8.0])
    assert_same_sums(layer.grads["bias_v"], [-8.0, 2.0])
    assert_same_sums(layer.grads["weight_o"], [[22.0, -88.0], [8.0, -32.0]])
    # The scores of the first head: 3/16 * (12 - 8) * -8 = -6, and the opposite; those
    # of the second: 1/4 * (2 - 6) * 2 = -2, and the opposite.
    assert_same_sums(grad_key[..., 0], np.array([[-6.0, 6.0]]) * np.log(3.0))
    assert_same_sums(layer.grads["weight_k"], [[-6.0, -2.0], [12.0, 4.0]])


def drawn(heads, bias, mask, scale, widths):
    """Return a layer with random parameters, its arguments and an upstream gradient.

    ``widths`` are those of a head of keys and of values.
    """
    rng = np.random.default_rng(12)
    layer = MultiHeadAttention(heads, heads, None, bias, mask, scale)
    keys, values = (heads * width for width in widths)
    shapes = {"q": (4, keys), "k": (6, keys), "v": (5, values), "o": (values, 7)}
    for letter, shape in shapes.items():
        layer.params[f"weight_{letter}"] = rng.normal(0.0, 0.5, shape)
        if bias:
            layer.params[f"bias_{letter}"] = rng.normal(0.0, 0.5, shape[1])
    inputs = [rng.normal(size=shape) for shape in [(2, 3, 4), (2, 5, 6), (2, 5, 5)]]
    open_keys = rng.random((2, 3, 5)) < 0.5
    open_keys[:, :, 1] = True
    return layer, inputs, open_keys, rng.normal(size=(2, 3, 7))


def affine(x, params, letter):
    rows = product(x, params[f"weight_{letter}"].tolist())
    bias = params.get(f"bias_{letter}", np.zeros(len(rows[0]))).tolist()
    return [[a + b for a, b in zip(row, bias, strict=True)] for row in rows]


def naive(layer, inputs, allowed, upstream):
    """Return the output and gradients of one example: the paper, section 3.2.2."""
    params, heads = layer.params, layer.heads
    projected = [
        affine(x, params, letter) for x, letter in zip(inputs, "qkv", strict=True)
    ]
    by_head = [
        [naive_attention.columns(one, head, heads) for one in projected]
        for head in range(heads)
    ]
    parts = [
        naive_attention.attention(*three, allowed, layer.scale) for three in by_head
    ]
    joined = [list(chain(*rows)) for rows in zip(*parts, strict=True)]
    out = affine(joined, params, "o")

    djoined = product(upstream, transposed(params["weight_o"].tolist()))
    dheads = [
        naive_attention.attention_backward(
            naive_attention.columns(djoined, head, heads), *three, allowed, layer.scale
        )
        for head, three in enumerate(by_head)
    ]
    dprojected = [
        [list(chain(*rows)) for rows in zip(*same, strict=True)]
        for same in zip(*dheads, strict=True)
    ]
    gradients = {}
    everything = zip("qkvo", [*inputs, joined], [*dprojected, upstream], strict=True)
    for letter, x, d in everything:
        weight = params[f"weight_{letter}"].tolist()
        gradients[letter] = product(d, transposed(weight))
        gradients[f"weight_{letter}"] = product(transposed(x), d)
        gradients[f"bias_{letter}"] = [sum(column) for column in transposed(d)]
    return out, gradients


@pytest.mark.parametrize(
    ("heads", "bias", "mask", "scale", "widths"),
    [
        (1, False, "none", True, (3, 3)),
        (2, True, "given", True, (3, 3)),
        (3, True, "causal", False, (2, 4)),
        (2, False, "shared", True, (1, 5)),
    ],
)
def test_it_computes_what_the_paper_prints(heads, bias, mask, scale, widths):
    layer, inputs, open_keys, upstream = drawn(heads, bias, mask, scale, widths)
    taken = {"given": (open_keys,), "shared": (open_keys[0],)}.get(mask, ())
    allowed = {
        "none": np.ones((2, 3, 5), dtype=bool),
        "given": open_keys,
        "shared": np.stack([open_keys[0]] * 2),
        "causal": np.array([[[s <= t for s in range(5)] for t in range(3)]] * 2),
    }[mask]
    out = layer.forward(*inputs, *taken)
    gradients = layer.backward(upstream)
    totals = {name: np.zeros_like(value) for name, value in layer.params.items()}
    for n in range(2):
        expected, wanted = naive(
            layer,
            [array[n].tolist() for array in inputs],
            allowed[n].tolist(),
            upstream[n].tolist(),
        )
        assert_same_sums(out[n], expected)
        for letter, found in zip("qkv", gradients, strict=True):
            assert_same_sums(found[n], wanted[letter])
        for name in totals:
            totals[name] += wanted[name]
    assert layer.grads.keys() == totals.keys()
    for name, total in totals.items():
        assert_same_sums(layer.grads[name], total)


def test_one_head_without_projections_is_scaled_dot_product_attention():
    rng = np.random.default_rng(13)
    query, key, value = (rng.normal(size=(2, rows, 3)) for rows in (4, 5, 5))
    layer, plain = MultiHeadAttention(3, heads=1), ScaledDotProductAttention()
    layer.params = {name: np.eye(3) for name in layer.params}
    np.testing.assert_array_equal(
        layer.forward(query, key, value), plain.forward(query, key, value)
    )


def test_a_bias_of_the_keys_changes_nothing_and_has_no_gradient():
    layer, inputs, _, upstream = drawn(2, True, "none", True, (3, 3))
    out = layer.forward(*inputs)
    layer.backward(upstream)
    assert_same_sums(layer.grads["bias_k"], np.zeros(6))
    layer.params["bias_k"] = np.full(6, -2.5)
    assert_same_sums(layer.forward(*inputs), out)


def test_without_a_generator_all_parameters_are_zero():
    layer = MultiHeadAttention(6, heads=2, bias=True)
    shapes = {name: array.shape for name, array in layer.params.items()}
    assert shapes == {f"weight_{letter}": (6, 6) for letter in "qkvo"} | {
        f"bias_{letter}": (6,) for letter in "qkvo"
    }
    assert all(np.all(array == 0) for array in layer.params.values())


def test_drawn_weights_have_variance_one_over_features_and_differ():
    params = MultiHeadAttention(200, 4, np.random.default_rng(1)).params
    assert list(params) == ["weight_q", "weight_k", "weight_v", "weight_o"]
    for weight in params.values():
        # The variance estimated from n normals has a relative deviation of sqrt(2 / n).
        assert abs(weight.var() * 200 - 1) < 6 * np.sqrt(2 / weight.size)
    assert not np.array_equal(params["weight_q"], params["weight_k"])


@pytest.mark.parametrize(("features", "heads"), [(6, 4), (6, 0), (0, 1), (6, 2.0)])
def test_heads_that_do_not_divide_the_features_are_refused(features, heads):
    with pytest.raises(ValueError, match="divides") as caught:
        MultiHeadAttention(features, heads)
    assert str(caught.value) == (
        f"{NAME}: heads must be a whole number that divides features, "
        f"got {heads} and {features}"
    )


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("weight_q", (6,), "must be a matrix that is not empty"),
        ("weight_k", (0, 6), "must be a matrix that is not empty"),
        ("weight_q", (6, 5), "must have a multiple of 2 columns"),
        ("weight_v", (6, 3), "must have a multiple of 2 columns"),
        ("weight_k", (6, 4), "must be (6, 6)"),
        ("weight_o", (4, 6), "must be (6, 6)"),
        ("bias_k", (1, 6), "must be (6,)"),
    ],
)
def test_parameters_that_do_not_fit_each_other_are_refused(name, shape, message):
    layer = MultiHeadAttention(6, heads=2, bias=True)
    layer.params[name] = np.ones(shape)
    with pytest.raises(ShapeError) as caught:
        layer.forward(*(np.ones((2, 3, 6)) for _ in range(3)))
    assert str(caught.value) == f"{NAME}: {name} {message}, got {shape}"


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("query", (2, 3, 5), "(N, T, 6) with no empty axis"),
        ("key", (2, 3, 5), "(N, S, 6) with no empty axis"),
        ("value", (2, 3, 6, 1), "(N, S, 6) with no empty axis"),
        ("key", (4, 3, 6), "(2, 3, 6)"),
        ("value", (2, 4, 6), "(2, 3, 6)"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(name, shape, expected):
    given = {name: np.ones((2, 3, 6)) for name in ("query", "key", "value")}
    with pytest.raises(ShapeError) as caught:
        MultiHeadAttention(6, heads=2).forward(**{**given, name: np.ones(shape)})
    assert str(caught.value) == f"{NAME}: {name} must be {expected}, got {shape}"


def test_a_query_that_may_attend_to_nothing_is_refused():
    mask = np.ones((2, 3, 4), dtype=bool)
    mask[1, 0] = False
    layer = MultiHeadAttention(6, heads=2, mask="given")
    with pytest.raises(ValueError, match="at least one key") as caught:
        layer.forward(np.ones((2, 3, 6)), np.ones((2, 4, 6)), np.ones((2, 4, 6)), mask)
    assert str(caught.value) == (
        f"{NAME}: mask must let every query attend to at least one key, "
        "got none for mask[1, 0]"
    )


@pytest.mark.parametrize("name", ["bias", "scale"])
def test_a_switch_that_is_neither_true_nor_false_is_refused(name):
    with pytest.raises(ConventionError) as caught:
        MultiHeadAttention(6, 2, **{name: "yes"})
    assert str(caught.value) == f"{NAME}: {name} must be true or false, got 'yes'"
