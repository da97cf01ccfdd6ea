"""The worked examples of the lectures, by hand."""

import math

import numpy as np
import pytest

from reference.autodiff.counts import count_operations
from reference.autodiff.elementwise import sigmoid
from reference.autodiff.examples import (
    cube,
    diamond,
    doublings,
    exponential,
    exponential_of_time,
    logistic_least_squares,
    path_factoring,
    square,
    sum_times_increment,
)
from reference.autodiff.forward import jvp, tangent
from reference.autodiff.graph import Node
from reference.autodiff.paths import count_paths, paths
from reference.autodiff.products import matmul
from reference.autodiff.reverse import gradient


def slopes(function, *numbers):
    leaves = [Node(number) for number in numbers]
    return [found.value.item() for found in gradient(function(*leaves), leaves)]


def test_comp451_the_sum_times_the_increment():
    assert slopes(sum_times_increment, 2.0, 1.0) == [2.0, 5.0]


def test_comp451_forward_mode_gives_the_same_one_input_at_a_time():
    a, b = Node(2.0), Node(1.0)
    e = sum_times_increment(a, b)
    assert tangent(e, [a, b], [1.0, 0.0]).value == 2.0
    assert tangent(e, [a, b], [0.0, 1.0]).value == 5.0


def test_comp451_nine_paths_are_two_sums_of_three():
    """From source to sink three edges lead to a middle node and three lead on."""
    source = Node(1.0)
    first, second = (2.0, 3.0, 5.0), (7.0, 11.0, 13.0)
    middle = sum(factor * source for factor in first)
    sink = sum(factor * middle for factor in second)
    assert count_paths(sink, source) == 9
    assert gradient(sink, [source])[0].value == (2 + 3 + 5) * (7 + 11 + 13)


def test_comp451_the_factors_of_the_path_sum():
    a_b_g, d_e_z = 1.0 + 2.0 + 3.0, 4.0 + 5.0 + 6.0
    expected = [d_e_z] * 3 + [a_b_g] * 3
    assert slopes(path_factoring, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0) == expected


def test_csc311_a_function_of_two_variables():
    x, y = 0.5, -1.25
    expected = [y * math.exp(x * y), 1 + x * math.exp(x * y)]
    assert slopes(exponential, x, y) == pytest.approx(expected, rel=1e-15)


def test_csc311_both_variables_depend_on_time():
    t = 0.75
    x, y = math.cos(t), t**2
    df_dx, df_dy = y * math.exp(x * y), 1 + x * math.exp(x * y)
    expected = df_dx * -math.sin(t) + df_dy * 2 * t
    assert slopes(exponential_of_time, t) == pytest.approx([expected], rel=1e-14)


def test_csc311_logistic_least_squares():
    w, b, x, t = 0.75, -0.5, 2.0, 0.25
    y = 1 / (1 + math.exp(-(w * x + b)))
    z_bar = (y - t) * y * (1 - y)
    expected = [z_bar * x, z_bar, z_bar * w, -(y - t)]
    found = slopes(logistic_least_squares, w, b, x, t)
    assert found == pytest.approx(expected, rel=1e-14)


def test_csc311_the_backward_pass_of_a_network_in_bar_notation():
    rng = np.random.default_rng(4)
    x, t, b1, b2 = (rng.normal(size=n) for n in (5, 2, 3, 2))
    w1, w2 = rng.normal(size=(3, 5)), rng.normal(size=(2, 3))
    leaves = [Node(array) for array in (w1, b1, w2, b2)]
    y = leaves[2] @ sigmoid(leaves[0] @ x + leaves[1]) + leaves[3]
    found = gradient(0.5 * ((t - y) ** 2).sum(), leaves)

    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    y_bar = w2 @ h + b2 - t
    z_bar = (w2.T @ y_bar) * h * (1 - h)
    expected = [np.outer(z_bar, x), z_bar, np.outer(y_bar, h), y_bar]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.value, other, rtol=1e-13)


def test_csc311_one_multiply_add_per_weight_forward_and_two_backward():
    rng = np.random.default_rng(4)
    x, w1, w2 = (Node(rng.normal(size=size)) for size in (5, (3, 5), (2, 3)))
    with count_operations() as forward:
        y = matmul(w2, matmul(w1, x))
    with count_operations() as backward:
        gradient(y, [x, w1, w2], np.array([2.0, -3.0]))
    weights = w1.size + w2.size
    assert forward.multiply_adds == weights
    assert backward.multiply_adds == 2 * weights


def test_csc311_scalars_have_the_same_count():
    inputs = [Node(number) for number in (2.0, 3.0, 5.0)]
    weights = [Node(number) for number in (7.0, 11.0, 13.0)]
    with count_operations() as forward:
        z = sum(w * x for w, x in zip(weights, inputs, strict=True))
    with count_operations() as backward:
        z.backward()
    assert forward.multiply_adds == 3
    assert backward.multiply_adds == 6


def test_one_node_as_both_operands():
    assert slopes(square, 3.0) == [6.0]
    assert slopes(lambda x: x**2, 3.0) == [6.0]
    assert slopes(lambda x: x + x, 3.0) == [2.0]
    assert slopes(lambda x: x - x, 3.0) == [0.0]
    assert slopes(lambda x: x / x, 3.0) == [0.0]


def test_one_node_three_times():
    assert slopes(cube, 3.0) == [27.0]
    assert slopes(lambda x: x * x + x, 3.0) == [7.0]


def test_a_diamond():
    x, y = 2.0, 3.0  # (xy + x) xy^2 = x^2 y^3 + x^2 y^2
    expected = [2 * x * y**3 + 2 * x * y**2, 3 * x**2 * y**2 + 2 * x**2 * y]
    assert slopes(diamond, x, y) == expected


def test_two_to_the_24_paths_take_48_edges():
    x = Node(3.0)
    y = doublings(x)
    assert count_paths(y, x) == 2**24
    with count_operations() as counts:
        (found,) = gradient(y, [x])
    assert found.value == 2.0**24
    assert len(counts.pulled) == 48
    value, pushed = jvp(doublings, [3.0], [1.0])
    assert (value.value, pushed.value) == (3 * 2.0**24, 2.0**24)


def test_a_path_is_a_product_of_derivatives():
    a, b = Node(2.0), Node(1.0)
    e = sum_times_increment(a, b)
    products = []
    for path in paths(e, b):
        product = Node(1.0)
        for node, edge in path:
            product = edge.pull(product, node)
        products.append(product.value.item())
    assert sorted(products) == [2.0, 3.0]
