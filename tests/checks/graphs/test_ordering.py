"""Topological orders: any right one, or one in particular."""

import numpy as np
import pytest

from grader.checks.graphs.ordering import Disorder, disorder, named, post_order
from grader.checks.graphs.program import Pass, Program, Step

# The value u is used by v and by t.
DIAMOND = Program(
    (
        Step("u", "multiply", ("x", "y")),
        Step("v", "add", ("u", "x")),
        Step("t", "multiply", ("v", "u")),
    ),
    (Pass("t"),),
    ("x", "y"),
    ("x", "y"),
)


def test_the_post_order_follows_operands_from_left_to_right():
    assert post_order(DIAMOND) == ["x", "y", "u", "v", "t"]


@pytest.mark.parametrize("order", [list("xyuvt"), list("yxuvt")])
def test_any_order_with_operands_first_is_right(order):
    assert disorder(DIAMOND, order, exact=False) is None


@pytest.mark.parametrize(
    ("order", "kind", "nodes"),
    [
        ("xuvt", "missing", ("y",)),
        ("xyuvut", "twice", ("u",)),
        ("xyvut", "before", ("v", "u")),
        ("tvuyx", "before", ("t", "v")),
    ],
)
def test_what_is_wrong_is_said_with_the_nodes(order, kind, nodes):
    found = disorder(DIAMOND, list(order), exact=False)
    assert found == Disorder(kind, nodes)


@pytest.mark.parametrize(
    ("places", "names"),
    [
        (np.array([0, 1, 2]), ["x", "y", "u"]),
        (np.array([[4], [0]]), ["t", "x"]),
        (np.array([-1, 5, 3]), ["v"]),
        (np.array([np.nan, 1.0]), []),
        (np.array([1j]), []),
    ],
)
def test_only_places_in_the_program_are_believed(places, names):
    assert named(DIAMOND, places) == names


def test_another_right_order_is_refused_only_if_one_is_asked_for():
    found = disorder(DIAMOND, list("yxuvt"), exact=True)
    assert found == Disorder("other", tuple("xyuvt"))
    assert disorder(DIAMOND, list("xyuvt"), exact=True) is None
