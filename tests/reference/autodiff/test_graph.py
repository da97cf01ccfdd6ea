"""Nodes as Python objects: operators, methods, precision."""

import numpy as np
import pytest

from reference.autodiff.forward import jvp
from reference.autodiff.graph import Node
from reference.autodiff.indexing import scatter
from reference.autodiff.reverse import gradient
from reference.autodiff.selection import maximum, where
from reference.autodiff.shapes import broadcast_to, concatenate, sum_to

X = np.array([[1.0, 2.0, 4.0], [8.0, 0.5, 0.25]])
Y = np.array([[3.0], [5.0]])

OPERATORS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "matmul": lambda a, b: a @ b.T,
}


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("left", [X, X[:1], X[0]])
def test_a_node_on_either_side_gives_what_numpy_gives(name, left):
    operator = OPERATORS[name]
    expected = operator(left, X)
    for a, b in ((Node(left), Node(X)), (left, Node(X)), (Node(left), X)):
        np.testing.assert_array_equal(operator(a, b).value, expected)


@pytest.mark.parametrize("name", [name for name in OPERATORS if name != "matmul"])
def test_numbers_on_either_side_give_what_numpy_gives(name):
    operator = OPERATORS[name]
    for number in (3, 2.5, np.float64(2.5), np.float32(2.5)):
        np.testing.assert_array_equal(
            operator(Node(X), number).value, operator(X, number)
        )
        np.testing.assert_array_equal(
            operator(number, Node(X)).value, operator(number, X)
        )


def test_methods_give_what_numpy_gives():
    x = Node(X)
    for axis in (None, 0, -1, (0, 1)):
        for keep in (False, True):
            for name in ("sum", "mean", "max"):
                found = getattr(x, name)(axis, keepdims=keep).value
                expected = getattr(X, name)(axis=axis, keepdims=keep)
                np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(x.T.value, X.T)
    np.testing.assert_array_equal(x.transpose(1, 0).value, X.T)
    np.testing.assert_array_equal(x.transpose().value, X.T)
    np.testing.assert_array_equal(x.reshape(3, -1).value, X.reshape(3, -1))
    np.testing.assert_array_equal(x[:, 1].value, X[:, 1])
    np.testing.assert_array_equal((-x).value, -X)
    assert (x.shape, x.ndim, x.size, x.dtype) == ((2, 3), 2, 6, np.float64)


def test_a_node_is_shown_with_its_value_and_its_origin():
    assert repr(Node(2.0) * 3) == "Node(6.0, multiply)"
    assert repr(Node(2.0)) == "Node(2.0, leaf)"


def test_a_number_is_a_0d_array():
    for number in (2, 2.0, np.float64(2.0), np.array(2.0)):
        assert isinstance(Node(number).value, np.ndarray)
        assert Node(number).shape == ()
        assert Node(number).dtype == np.float64
    assert isinstance((Node(2.0) * 3).value, np.ndarray)


def test_nodes_are_equal_only_to_themselves():
    x = Node(2.0)
    assert {x: "first", Node(2.0): "second"}[x] == "first"
    assert x != Node(2.0)


def test_augmented_assignment_makes_a_new_node():
    y = x = Node(3.0)
    y += x
    assert (x.value, y.value) == (3.0, 6.0)
    assert gradient(y, [x])[0].value == 2.0


SINGLE = np.array([1.0, 2.0], dtype=np.float32)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * 0.1 + 1 - 2 / x,
        lambda x: 2**x - x**2 + x**0.5,
        lambda x: maximum(x, 1.5) + where(np.array([True, False]), x, 0),
        lambda x: x.mean() + x.max() + concatenate([x, x]).sum(),
        lambda x: x * np.float32(0.1),
        lambda x: x * np.float64(0.1),
    ],
)
def test_numbers_do_not_change_single_precision(function):
    x = Node(SINGLE)
    out = function(x)
    assert out.dtype == np.float32
    assert gradient(out.sum(), [x])[0].dtype == np.float32


def test_an_array_in_double_precision_raises_the_result_and_not_the_gradient():
    x = Node(SINGLE)
    y = x * np.array([0.5, 0.25])
    assert y.dtype == np.float64
    (found,) = gradient(y, [x], np.array([3.0, 5.0]))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.value, [1.5, 1.25])
    _, change = jvp(lambda x: x * np.array([0.5, 0.25]), [SINGLE], [np.ones(2)])
    assert change.dtype == np.float64
    np.testing.assert_array_equal(change.value, [0.5, 0.25])


def test_a_tangent_takes_the_precision_of_its_input_and_then_of_the_result():
    along = np.array([3.0, 5.0])
    assert jvp(lambda x: x * x, [SINGLE], [along])[1].dtype == np.float32
    _, change = jvp(lambda x: x + np.array([0.5, 0.25]), [SINGLE], [along])
    assert change.dtype == np.float64


def test_an_upstream_gradient_takes_the_precision_of_the_output():
    x = Node(SINGLE)
    (found,) = gradient(x * x, [x], np.array([3.0, 5.0]))
    assert found.dtype == np.float32
    x.backward(np.array([3.0, 5.0]))
    assert x.grad.dtype == np.float32


def test_a_shape_that_fits_already_costs_no_operation():
    x = Node(X)
    assert broadcast_to(x, (2, 3)) is x
    assert sum_to(x, (2, 3)) is x


def test_a_key_may_be_written_into_afterwards():
    x, places = Node(np.array([1.0, 2.0, 3.0])), np.array([2, 2])
    mask = np.array([True, False, True])
    y = x[places].sum() + scatter(x, (places[:1].repeat(3),), (4,)).sum()
    z = where(mask, x, 0).sum()
    places[:] = 0
    mask[:] = False
    assert gradient(y, [x])[0].value.tolist() == [1.0, 1.0, 3.0]
    assert gradient(z, [x])[0].value.tolist() == [1.0, 0.0, 1.0]
