"""What is refused, and in which words."""

import re

import numpy as np
import pytest

from reference.autodiff.elementwise import add, exp
from reference.autodiff.forward import hessian_vector_product, jvp, tangent
from reference.autodiff.graph import GraphError, Node, constant
from reference.autodiff.indexing import gather, index
from reference.autodiff.products import matmul
from reference.autodiff.recording import no_grad
from reference.autodiff.reductions import logsumexp, max_over, mean_over, sum_over
from reference.autodiff.reverse import gradient
from reference.autodiff.selection import where
from reference.autodiff.shapes import (
    broadcast_to,
    concatenate,
    reshape,
    stack,
    transpose,
)
from reference.errors import DtypeError, NonFiniteError, ShapeError

X = Node(np.ones((2, 3)))

SHAPES = {
    "add: shapes must broadcast, got (2, 3) and (2,)": lambda: X + np.ones(2),
    "power: shapes must broadcast, got (2,) and (2, 3)": lambda: np.ones(2) ** X,
    "where: shapes must broadcast, got (2,) and (2, 3) and ()": lambda: where(
        np.array([True, False]), X, 0
    ),
    "matmul: the last axis on the left must be as long as the first of a matrix on "
    "the right, got (2, 3) and (2, 3)": lambda: X @ X,
    "matmul: the last axis on the left must be as long as the first of a matrix on "
    "the right, got (2, 3) and ()": lambda: X @ 2.0,
    "matmul: the last axis on the left must be as long as the first of a matrix on "
    "the right, got () and (2, 3)": lambda: matmul(2.0, X),
    "matmul: shapes must broadcast, got (2,) and (3,)": lambda: matmul(
        np.ones((2, 1, 1)), np.ones((3, 1, 1))
    ),
    "broadcast_to: (2, 3) must broadcast to the shape, got (2,)": lambda: broadcast_to(
        X, (2,)
    ),
    "reshape: shape must hold 6 entries, got (4, 2)": lambda: X.reshape(4, 2),
    "reshape: shape must hold 6 entries, got (-1, -1)": lambda: reshape(X, (-1, -1)),
    "transpose: axes must name each of 2 axes once, got (0, 0)": lambda: transpose(
        X, (0, 0)
    ),
    "transpose: axes must name each of 2 axes once, got (0,)": lambda: X.transpose(0),
    "concatenate: shapes must agree except along axis 0, got (2, 3), (2, 2)": (
        lambda: concatenate([X, np.ones((2, 2))])
    ),
    "concatenate: shapes must agree except along axis 0, got nothing": (
        lambda: concatenate([])
    ),
    "stack: shapes must be equal, got (2, 3), (3,)": lambda: stack([X, np.ones(3)]),
    "stack: shapes must be equal, got nothing": lambda: stack([]),
    "stack: axis must name some of 3 axes once each, got 3": lambda: stack([X, X], 3),
    "sum: axis must name some of 2 axes once each, got 2": lambda: X.sum(2),
    "sum: axis must name some of 2 axes once each, got -3": lambda: X.sum(-3),
    "max: axis must name some of 2 axes once each, got (0, -2)": lambda: X.max((0, -2)),
    "mean: there must be an entry along each axis, got (0,)": lambda: mean_over(
        np.ones(0)
    ),
    "max: there must be an entry along each axis, got (0, 2)": lambda: max_over(
        np.ones((0, 2)), 0
    ),
    "logsumexp: there must be an entry along each axis, got (2, 0)": lambda: logsumexp(
        np.ones((2, 0)), -1
    ),
    "gradient: output must be 0-d if there is no upstream gradient, got (2, 3)": (
        lambda: gradient(X * 2, [X])
    ),
    "gradient: upstream must be (2, 3), got (3,)": lambda: gradient(
        X * 2, [X], np.ones(3)
    ),
    "tangent: tangents[1] must be (2, 3), got ()": lambda: jvp(
        add, [X, X], [np.ones((2, 3)), 1.0]
    ),
    "tangent: there must be a tangent for each of 1 inputs, got 2": lambda: tangent(
        X * 2, [X], [1.0, 1.0]
    ),
}


@pytest.mark.parametrize("message", SHAPES)
def test_shapes_that_do_not_fit_are_refused(message):
    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        SHAPES[message]()


def test_a_sum_over_nothing_is_zero():
    assert sum_over(np.ones((0, 2))).value == 0.0


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (np.array([1, 2]), "int64"),
        (np.array([True]), "bool"),
        (np.int64(3), "int64"),
        (np.array([1j]), "complex128"),
        ([1.0, 2.0], "list"),
        ("1", "str"),
        (None, "NoneType"),
    ],
)
def test_what_is_not_an_array_of_floats_is_refused(value, kind):
    with pytest.raises(DtypeError) as caught:
        Node(value)
    assert str(caught.value) == f"Node: value must be float64 or float32, got {kind}"
    with pytest.raises(DtypeError) as caught:
        X * value
    assert str(caught.value) == (
        f"multiply: operand must be float64 or float32, got {kind}"
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", [float, np.float32, np.array])
def test_numbers_that_are_not_finite_are_refused(kind, value):
    with pytest.raises(
        NonFiniteError, match=f"^Node: value must be finite, got {value}"
    ):
        Node(kind(value))
    with pytest.raises(
        NonFiniteError, match=f"^add: operand must be finite, got {value}"
    ):
        X + kind(value)


def test_a_condition_that_is_not_boolean_is_refused():
    for condition in (np.ones(3), [True, False, True]):
        with pytest.raises(DtypeError, match=r"^where: condition must be booleans"):
            where(condition, X, 0)


@pytest.mark.parametrize("key", [Node(1.0), 1.0, [0, 1], (0, Node(1.0))])
def test_a_key_that_is_not_made_of_integers_is_refused(key):
    with pytest.raises(
        DtypeError, match=r"^index: key must be integers, slices, None or"
    ):
        index(X, key)


def test_places_that_do_not_exist_are_refused_by_numpy():
    with pytest.raises(IndexError):
        X[np.array([2])]
    with pytest.raises(IndexError):
        gather(X, np.array([[3]]))


def from_no_grad():
    with no_grad():
        return exp(X).sum()


@pytest.mark.parametrize(
    "output",
    [from_no_grad(), X.detach().sum(), constant(np.ones(())), Node(1.0).detach() * 2],
)
def test_what_is_not_tracked_cannot_be_differentiated(output):
    sentence = (
        "gradient: output must be tracked, got a constant, something detached or "
        "something computed under no_grad"
    )
    for differentiate in (lambda: gradient(output, [X]), output.backward):
        with pytest.raises(GraphError) as caught:
            differentiate()
        assert str(caught.value) == sentence


def test_one_does_not_differentiate_with_respect_to_a_constant():
    with pytest.raises(GraphError, match=r"^gradient: inputs\[1\] must be tracked"):
        gradient(X.sum(), [X, X.detach()])


def test_forward_mode_needs_a_recorded_graph():
    with (
        no_grad(),
        pytest.raises(GraphError, match=r"^jvp: operations must be recorded"),
    ):
        hessian_vector_product(exp, 1.0, 1.0)


def test_a_node_in_place_of_a_list_of_nodes_is_refused():
    with pytest.raises(TypeError, match="not iterable"):
        gradient(X.sum(), X)


def test_a_function_of_numpy_is_refused():
    with pytest.raises(TypeError, match="does not support ufuncs"):
        np.exp(X)


def test_a_value_cannot_be_written_into():
    given = np.ones(3)
    x = Node(given)
    given[0] = 7.0
    assert x.value[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        (x * 2).value[0] = 7.0
