"""Reverse mode: accumulation, order, higher orders, constants."""

import gc
import math
import weakref

import numpy as np
import pytest

from reference.autodiff.counts import count_operations
from reference.autodiff.elementwise import exp, sigmoid, sin, sqrt, tanh
from reference.autodiff.graph import Node, topological
from reference.autodiff.recording import is_recording, no_grad
from reference.autodiff.reductions import logsumexp, max_over
from reference.autodiff.reverse import gradient
from reference.autodiff.selection import absolute, maximum, relu, where

LONG = 100_000


def test_a_chain_of_100000_nodes_does_not_reach_the_limit_of_recursion():
    x = Node(1.0)
    y = x
    for _ in range(LONG):
        y = y + 1
    (found,) = gradient(y, [x])
    assert found.value == 1.0
    assert len(topological(y)) == LONG + 1


def test_a_long_chain_can_be_forgotten():
    x = Node(1.0)
    y = x
    for _ in range(LONG):
        y = sin(y)
    first = weakref.ref(x)
    del x, y  # taking a graph apart recursively would end the process
    gc.collect()
    assert first() is None


def test_a_gradient_is_complete_before_it_is_passed_on():
    """The long way round is walked first if the nodes are taken as they are found."""
    x = Node(2.0)
    y = x * x
    z = y * (y * (y * y))
    assert gradient(y + z, [x])[0].value == 2 * 2.0 + 8 * 2.0**7


def test_each_node_comes_after_its_operands():
    x = Node(0.5)
    y = exp(x) * x
    z = y * exp(y) + x
    order = topological(z)
    for node in order:
        for edge in node.edges:
            assert order.index(edge.parent) < order.index(node)
    assert len(set(order)) == len(order)


def test_leaves_accumulate_until_they_are_cleared():
    x = Node(3.0)
    y = x**3
    y.backward()
    assert x.grad.value == 27.0
    y.backward()
    assert x.grad.value == 54.0
    x.zero_grad()
    assert x.grad is None
    y.backward()
    assert x.grad.value == 27.0


def test_a_second_backward_through_an_intermediate_node_counts_nothing_twice():
    x = Node(3.0)
    square = x * x
    cube = square * x
    cube.backward()
    assert square.grad is None
    x.zero_grad()
    cube.backward()
    assert x.grad.value == 27.0


def test_gradients_of_two_outputs_add_up():
    x, y = Node(3.0), Node(5.0)
    (x * y).backward()
    (x + y).backward(upstream=2.0)
    assert (x.grad.value, y.grad.value) == (7.0, 5.0)


def test_an_accumulated_gradient_is_a_constant():
    x = Node(3.0)
    (x * x).backward()
    (x * x).backward()
    assert not x.grad.tracked
    assert is_recording()


def test_the_gradient_for_an_intermediate_node_and_for_the_output_itself():
    a, b = Node(2.0), Node(1.0)
    c, d = a + b, b + 1
    e = c * d
    found = gradient(e, [c, d, e, a])
    assert [node.value.item() for node in found] == [2.0, 3.0, 1.0, 2.0]


def test_an_input_that_is_computed_from_another_input_has_its_own_gradient():
    x = Node(3.0)
    square = x * x
    found = gradient(square * x, [x, square])
    assert [node.value.item() for node in found] == [27.0, 3.0]


def test_an_input_that_is_not_used_has_a_gradient_of_zeros_in_its_shape():
    x, other = Node(3.0), Node(np.ones((2, 3), dtype=np.float32))
    _, found = gradient(x * 2, [x, other])
    np.testing.assert_array_equal(found.value, np.zeros((2, 3)))
    assert found.dtype == np.float32


def test_only_edges_on_a_way_from_an_input_are_touched():
    x, y = Node(3.0), Node(5.0)
    z = exp(-y) * x
    with count_operations() as counts:
        gradient(z, [x])
    assert len(counts.pulled) == 1


def test_every_order_of_derivative_of_a_power_is_exact():
    x = Node(2.0)
    derivative = x**5
    for expected in (80.0, 160.0, 240.0, 240.0, 120.0, 0.0):
        (derivative,) = gradient(derivative, [x])
        assert derivative.value == expected


def test_every_order_of_derivative_of_a_square_exists_at_zero():
    x = Node(0.0)
    derivative = x**2
    for expected in (0.0, 2.0, 0.0, 0.0):
        (derivative,) = gradient(derivative, [x])
        assert derivative.value == expected


def test_the_fourth_derivative_of_the_sine_is_the_sine():
    x = Node(0.75)
    derivative = sin(x)
    for _ in range(4):
        (derivative,) = gradient(derivative, [x])
    assert derivative.value == math.sin(0.75)


def test_the_gradient_can_be_differentiated_for_the_upstream_gradient():
    x, upstream = Node(np.array([2.0, 3.0])), Node(np.array([5.0, 7.0]))
    (found,) = gradient(x * x, [x], upstream)
    (back,) = gradient(found, [upstream], np.array([11.0, 13.0]))
    np.testing.assert_array_equal(back.value, [44.0, 78.0])


def test_a_power_of_zero_has_no_slope_in_its_exponent():
    base, exponent = Node(np.array([0.0, 2.0])), Node(np.array([3.0, 3.0]))
    _, found = gradient((base**exponent).sum(), [base, exponent])
    np.testing.assert_allclose(found.value, [0.0, 8 * math.log(2)], rtol=1e-15)


def test_a_negative_base_has_a_constant_power():
    x = Node(-2.0)
    assert gradient(x**3, [x])[0].value == 12.0


def test_a_detached_node_is_a_constant():
    x = Node(3.0)
    y = x * (x * x).detach()
    assert gradient(y, [x])[0].value == 9.0


def test_nothing_is_recorded_under_no_grad_and_recording_resumes():
    x = Node(3.0)
    with no_grad(), no_grad():
        y = x * x
    assert not y.tracked
    assert y.edges == ()
    assert gradient(x * y, [x])[0].value == 9.0


def test_recording_resumes_after_an_exception():
    def fail():
        with no_grad():
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert is_recording()


def test_a_gradient_under_no_grad_is_a_constant():
    x = Node(3.0)
    y = x * x
    with no_grad():
        (found,) = gradient(y, [x])
    assert found.value == 6.0
    assert not found.tracked


def test_what_is_taken_at_a_kink():
    x = Node(np.array([-1.0, 0.0, 1.0]))

    def slope(y):
        return gradient(y.sum(), [x])[0].value.tolist()

    assert slope(relu(x)) == [0.0, 0.0, 1.0]
    assert slope(absolute(x)) == [-1.0, 0.0, 1.0]
    assert slope(maximum(x, 0)) == [0.0, 0.5, 1.0]
    assert slope(maximum(0, x)) == [0.0, 0.5, 1.0]


def test_ties_of_a_maximum_share_its_gradient():
    x = Node(np.array([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]]))
    (found,) = gradient(max_over(x, axis=1), [x], np.array([5.0, 7.0]))
    np.testing.assert_array_equal(found.value, [[0, 2.5, 2.5], [7.0, 0, 0]])


def test_an_infinite_gradient_for_what_was_not_chosen_goes_nowhere():
    x = Node(np.array([5.0, 4.0]))
    chosen = where(np.array([False, True]), x, 0)
    with np.errstate(divide="ignore"):
        (found,) = gradient(sqrt(chosen).sum(), [x])
    np.testing.assert_array_equal(found.value, [0.0, 0.25])


@pytest.mark.parametrize("function", [tanh, sigmoid, relu, logsumexp])
def test_large_numbers_give_finite_values_and_slopes(function):
    x = Node(np.array([1000.0, -1000.0, 1.0]))
    y = function(x).sum()
    (found,) = gradient(y, [x])
    (second,) = gradient((found + 0 * x).sum(), [x])
    for node in (y, found, second):
        assert np.all(np.isfinite(node.value))


def test_the_slope_of_the_sigmoid_has_no_cancellation():
    x = Node(30.0)
    (found,) = gradient(sigmoid(x), [x])
    small = math.exp(-30.0)
    assert found.value == pytest.approx(small / (1 + small) ** 2, rel=1e-15)
