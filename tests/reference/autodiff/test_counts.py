"""Each edge is touched once in either mode; sums over paths are exponential."""

import numpy as np
import pytest

from reference.autodiff.counts import active, count_operations
from reference.autodiff.elementwise import exp, tanh
from reference.autodiff.examples import EXAMPLES, sum_times_increment
from reference.autodiff.forward import tangent
from reference.autodiff.graph import Node, topological
from reference.autodiff.paths import count_paths, paths, sum_over_paths
from reference.autodiff.reverse import gradient
from tests.reference.numerical import UNIT


def random_graph(seed, size=30):
    """Return two leaves and the end of a graph in which nodes are used at random."""
    rng = np.random.default_rng(seed)
    leaves = [Node(0.5), Node(-0.75)]
    nodes = list(leaves)
    for _ in range(size):
        a, b = (nodes[place] for place in rng.integers(len(nodes), size=2))
        nodes.append(tanh(a + b) if rng.random() < 0.5 else 0.5 * a * b + 1)
    return leaves, nodes[-1] + leaves[0] + leaves[1]


def edges_of(output):
    return [edge for node in topological(output) for edge in node.edges]


@pytest.mark.parametrize("seed", range(10))
def test_reverse_mode_touches_each_edge_once_and_each_node_once(seed):
    leaves, output = random_graph(seed)
    with count_operations() as counts:
        gradient(output, leaves)
    edges = edges_of(output)
    assert set(counts.pulled) == set(edges)
    assert len(counts.pulled) == len(edges)
    assert counts.visited == topological(output)[::-1]
    assert counts.pushed == []


@pytest.mark.parametrize("seed", range(10))
def test_forward_mode_touches_each_edge_once_and_each_node_once(seed):
    leaves, output = random_graph(seed)
    with count_operations() as counts:
        tangent(output, leaves, [1.0, 1.0])
    edges = edges_of(output)
    assert set(counts.pushed) == set(edges)
    assert len(counts.pushed) == len(edges)
    assert counts.visited == topological(output)
    assert counts.pulled == []


@pytest.mark.parametrize("seed", range(10))
def test_both_modes_and_the_sum_over_paths_agree(seed):
    leaves, output = random_graph(seed, size=12)
    for place, leaf in enumerate(leaves):
        along = [float(place == number) for number in range(2)]
        reverse = gradient(output, [leaf])[0].value
        forward = tangent(output, leaves, along).value
        summed = sum_over_paths(output, leaf).value
        bound = 2.0**12 * UNIT * max(abs(reverse), 1.0)
        assert abs(reverse - forward) <= bound
        assert abs(reverse - summed) <= bound


@pytest.mark.parametrize("example", [name for name in EXAMPLES if name != "doublings"])
def test_the_sum_over_paths_is_the_gradient_in_every_example(example):
    count = EXAMPLES[example].__code__.co_argcount
    leaves = [Node(0.5 + place / 4) for place in range(count)]
    output = EXAMPLES[example](*leaves)
    for leaf, found in zip(leaves, gradient(output, leaves, 3.0), strict=True):
        summed = sum_over_paths(output, leaf, 3.0).value
        assert summed == pytest.approx(found.value.item(), rel=1e-14)
        assert len(list(paths(output, leaf))) == count_paths(output, leaf)


def test_the_example_of_the_lecture_has_five_edges():
    a, b = Node(2.0), Node(1.0)
    e = sum_times_increment(a, b)
    with count_operations() as counts:
        gradient(e, [a, b])
    assert (len(counts.visited), len(counts.pulled)) == (5, 5)
    with count_operations() as counts:
        tangent(e, [b], [1.0])
    assert (len(counts.visited), len(counts.pushed)) == (4, 4)


@pytest.mark.parametrize("depth", [1, 2, 5, 10])
def test_paths_cost_exponential_time_and_reverse_mode_linear_time(depth):
    x = Node(3.0)
    y = x
    for _ in range(depth):
        y = y + y
    with count_operations() as by_paths:
        summed = sum_over_paths(y, x)
    with count_operations() as by_nodes:
        (found,) = gradient(y, [x])
    assert summed.value == found.value == 2**depth
    assert len(by_paths.pulled) == depth * 2**depth
    assert len(by_nodes.pulled) == 2 * depth


def test_paths_of_arrays_are_summed_as_well():
    x = Node(np.array([[1.0, -2.0, 0.5]]))
    y = (exp(x) * x).sum(axis=1) + x[:, 1]
    upstream = np.array([3.0])
    (found,) = gradient(y, [x], upstream)
    summed = sum_over_paths(y, x, upstream)
    np.testing.assert_allclose(summed.value, found.value, rtol=1e-15)


def test_there_is_no_path_from_a_node_that_is_not_used():
    x, other = Node(3.0), Node(5.0)
    assert count_paths(x * x, other) == 0
    assert sum_over_paths(x * x, other).value == 0.0


def test_the_only_path_from_a_node_to_itself_is_empty():
    x = Node(3.0)
    assert list(paths(x, x)) == [()]
    assert count_paths(x, x) == 1


def test_operations_are_counted_by_name_also_those_of_the_backward_pass():
    x = Node(3.0)
    with count_operations() as counts:
        y = exp(x) * x
        with count_operations() as inner:
            gradient(y, [x])
    assert counts.operations["exp"] == 1
    assert inner.operations == {"multiply": 3, "add": 1}
    assert counts.operations["multiply"] == 4
    assert active() == ()
