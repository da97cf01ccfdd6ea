"""Every operation has the right value and the right derivatives, in both modes."""

import numpy as np
import pytest

from reference.autodiff.forward import jvp
from reference.autodiff.graph import Node
from reference.autodiff.reverse import gradient
from tests.reference.autodiff.cases import CASES
from tests.reference.numerical import UNIT, check_gradient

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def with_one_changed(arrays, place, value):
    return [value if i == place else array for i, array in enumerate(arrays)]


def directions(case, arrays):
    return [case.upstream(array.shape, seed=5 + i) for i, array in enumerate(arrays)]


@every_case
def test_the_gradient_is_that_of_the_value(case):
    arrays = case.draw()
    leaves = [Node(array) for array in arrays]
    out = case.function(*leaves)
    upstream = case.upstream(out.shape)
    for place, found in enumerate(gradient(out, leaves, upstream)):

        def value(x, place=place):
            inputs = with_one_changed(arrays, place, x)
            return case.function(*map(Node, inputs)).value

        if arrays[place].size:
            check_gradient(value, arrays[place], upstream, found.value)
        else:
            assert found.shape == arrays[place].shape


@every_case
def test_the_gradient_of_the_gradient_is_right(case):
    arrays = case.draw()
    along = directions(case, arrays)

    def change(leaves):
        """Return a number whose gradient is the Hessian times the directions."""
        out = case.function(*leaves)
        found = gradient(out, leaves, case.upstream(out.shape))
        # The gradient of a linear function is a constant; 0 * x keeps it in the graph.
        return sum(
            ((g + 0 * x) * v).sum()
            for g, x, v in zip(found, leaves, along, strict=True)
        )

    leaves = [Node(array) for array in arrays]
    found = gradient(change(leaves), leaves)
    for place, array in enumerate(arrays):

        def value(x, place=place):
            return change([Node(y) for y in with_one_changed(arrays, place, x)]).value

        if array.size:
            check_gradient(value, array, np.array(1.0), found[place].value)


@every_case
def test_forward_mode_is_the_transpose_of_reverse_mode(case):
    arrays = case.draw()
    along = directions(case, arrays)
    leaves = [Node(array) for array in arrays]
    out = case.function(*leaves)
    upstream = case.upstream(out.shape)
    pulled = gradient(out, leaves, upstream)
    value, pushed = jvp(case.function, arrays, along)
    np.testing.assert_array_equal(value.value, out.value)
    assert pushed.shape == out.shape
    left = upstream * pushed.value
    right = [g.value * v for g, v in zip(pulled, along, strict=True)]
    scale = np.abs(left).sum() + sum(np.abs(part).sum() for part in right)
    difference = left.sum() - sum(part.sum() for part in right)
    assert abs(difference) <= 2.0**10 * UNIT * scale


@every_case
def test_a_tangent_can_be_differentiated(case):
    """The gradient of ``u * J v`` for the point is the Hessian of ``u * f`` on v."""
    arrays = case.draw()
    along = directions(case, arrays)
    leaves = [Node(array) for array in arrays]
    out = case.function(*leaves)
    upstream = case.upstream(out.shape)
    kept = [
        g + 0 * x for g, x in zip(gradient(out, leaves, upstream), leaves, strict=True)
    ]
    reverse_twice = gradient(
        sum((g * v).sum() for g, v in zip(kept, along, strict=True)), leaves
    )
    sources = [Node(array) for array in arrays]
    _, pushed = jvp(case.function, sources, along)
    anchored = (pushed * upstream).sum() + sum((0 * x).sum() for x in sources)
    scale = max(np.max(np.abs(g.value), initial=1.0) for g in reverse_twice)
    for one, other in zip(gradient(anchored, sources), reverse_twice, strict=True):
        error = np.max(np.abs(one.value - other.value), initial=0.0)
        assert error <= 2.0**10 * UNIT * scale


@every_case
def test_single_precision_stays_single_precision(case):
    arrays = [array.astype(np.float32) for array in case.draw()]
    leaves = [Node(array) for array in arrays]
    out = case.function(*leaves)
    if not case.name.startswith(("array", "node_at")) or case.name == "array_of_places":
        assert out.dtype == np.float32
    for found in gradient(out, leaves, case.upstream(out.shape).astype(np.float32)):
        assert found.dtype == np.float32


@every_case
def test_no_input_is_modified_and_no_value_can_be(case):
    arrays = case.draw()
    before = [array.copy() for array in arrays]
    leaves = [Node(array) for array in arrays]
    out = case.function(*leaves)
    upstream = case.upstream(out.shape)
    kept = upstream.copy()
    found = gradient(out, leaves, upstream)
    np.testing.assert_array_equal(upstream, kept)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)
    assert not any(node.value.flags.writeable for node in (out, *leaves, *found))
