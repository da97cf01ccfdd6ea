"""Forward mode: agreement with reverse mode, nesting, Hessians."""

import numpy as np

from reference.autodiff.elementwise import exp, sin
from reference.autodiff.forward import hessian_vector_product, jvp, tangent
from reference.autodiff.graph import Node
from reference.autodiff.reductions import logsumexp
from reference.autodiff.reverse import gradient


def test_columns_of_a_jacobian_are_the_rows_of_reverse_mode():
    rng = np.random.default_rng(3)
    matrix, point = rng.normal(size=(2, 3)), rng.normal(size=3)

    def function(x):
        return exp(matrix @ sin(x))

    columns = [jvp(function, [point], [one])[1].value for one in np.eye(3)]
    x = Node(point)
    rows = [gradient(function(x), [x], one)[0].value for one in np.eye(2)]
    np.testing.assert_allclose(np.transpose(columns), rows, rtol=1e-13)


def test_an_input_without_influence_changes_nothing():
    value, change = jvp(lambda x, y: y * 2, [3.0, 5.0], [1.0, 0.0])
    assert (value.value, change.value) == (10.0, 0.0)
    value, change = jvp(lambda x: Node(np.ones(3)), [3.0], [1.0])
    np.testing.assert_array_equal(change.value, np.zeros(3))


def test_an_input_named_twice_moves_along_both_tangents():
    x = Node(3.0)
    assert tangent(x * x, [x, x], [1.0, 10.0]).value == 66.0


def test_an_input_that_is_computed_from_another_moves_along_its_own_tangent():
    x = Node(3.0)
    square = x * x
    found = tangent(square + x, [x, square], [1.0, 100.0])
    assert found.value == 101.0


def test_derivatives_may_be_nested_without_confusion():
    """d/dx of ``x * d/dy (x + y)`` is 1: the inner derivative must not see x."""

    def outer(x):
        _, inner = jvp(lambda y: x + y, [1.0], [1.0])
        return x * inner

    assert jvp(outer, [3.0], [1.0])[1].value == 1.0


def test_what_a_function_closes_over_is_a_constant():
    x = Node(3.0)
    twice = 2 * x
    _, change = jvp(lambda y: y * twice, [x], [1.0])
    assert change.value == 6.0
    assert gradient(change, [x])[0].value == 2.0


def test_forward_over_forward_is_a_second_derivative():
    def slope(x):
        return jvp(sin, [x], [1.0])[1]

    _, second = jvp(slope, [0.75], [1.0])
    assert second.value == -np.sin(0.75)


def test_a_detached_point_is_a_point():
    x = Node(3.0).detach()
    assert jvp(lambda y: y * y, [x], [1.0])[1].value == 6.0


def test_the_hessian_of_logsumexp_is_that_of_the_formula():
    x = np.array([0.5, -1.0, 2.0])
    softmax = np.exp(x) / np.exp(x).sum()
    hessian = np.diag(softmax) - np.outer(softmax, softmax)
    for direction in np.array([[1.0, 0.0, 0.0], [2.0, -3.0, 5.0]]):
        found = hessian_vector_product(logsumexp, x, direction)
        np.testing.assert_allclose(found.value, hessian @ direction, atol=1e-15)


def test_forward_over_reverse_equals_reverse_over_reverse():
    rng = np.random.default_rng(8)
    matrix, x, v = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3)

    def function(node):
        return (sin(matrix @ node) * exp(node)).sum()

    leaf = Node(x)
    (slope,) = gradient(function(leaf), [leaf])
    (twice,) = gradient((slope * v).sum(), [leaf])
    found = hessian_vector_product(function, x, v)
    np.testing.assert_allclose(found.value, twice.value, rtol=1e-13)


def test_the_hessian_of_a_linear_function_is_zero():
    found = hessian_vector_product(lambda x: x.sum(), np.ones(3), np.ones(3))
    np.testing.assert_array_equal(found.value, np.zeros(3))
