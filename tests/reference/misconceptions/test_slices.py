"""Worked examples for softmax and its relatives."""

import math

import numpy as np
import pytest

from tests.reference.misconceptions.finding import wrong

# Probabilities 1/4 and 3/4 in the first row, 1/2 and 1/2 in the second.
X = [[0.0, math.log(3.0)], [0.0, 0.0]]
GRAD_OUT = [[4.0, 8.0], [2.0, 6.0]]


def check(found, **expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-14, atol=1e-15)


def test_the_diagonal_of_softmax_alone_has_rows_that_do_not_cancel():
    found = wrong("softmax", "M210", x=X, grad_out=GRAD_OUT)
    check(found, grad_x=[[0.75, 1.5], [0.5, 1.5]])


def test_one_normaliser_makes_the_whole_batch_sum_to_one():
    found = wrong("softmax", "M165", x=X)
    check(found, out=[[1 / 6, 1 / 2], [1 / 6, 1 / 6]])


def test_a_log_softmax_made_for_one_label_forgets_the_sum():
    found = wrong("log_softmax", "M204", x=X, grad_out=GRAD_OUT)
    check(found, grad_x=[[3.75, 7.25], [1.5, 5.5]])


@pytest.mark.parametrize(("axis", "batch"), [(-1, 2), (0, 3)])
def test_the_batch_is_counted_along_the_other_axis(axis, batch):
    x = np.log([[1.0, 3.0, 4.0], [1.0, 1.0, 2.0]])
    grad_out = np.array([[4.0, 8.0, 1.0], [2.0, 6.0, 5.0]])
    drawn = {"conventions": {"axis": axis}, "x": x, "grad_out": grad_out}
    negated = np.array(wrong("softmax", "M09", **drawn)["grad_x"])
    check(wrong("softmax", "M03", **drawn), grad_x=-negated / batch)


def test_log_sum_exp_without_its_maximum_is_never_large():
    x = [[1000.0, 1000.0], [-1000.0, -1000.0]]
    check(wrong("logsumexp", "M213", x=x), out=[math.log(2.0), math.log(2.0)])


@pytest.mark.parametrize(
    ("keepdims", "rows"), [(False, [4.0, 8.0]), (True, [[4.0], [8.0]])]
)
def test_a_forgotten_softmax_repeats_the_upstream_gradient(keepdims, rows):
    conventions = {"keepdims": keepdims}
    found = wrong("logsumexp", "M27", conventions=conventions, x=X, grad_out=rows)
    check(found, grad_x=[[4.0, 4.0], [8.0, 8.0]])


def test_sums_without_their_axis_divide_by_those_of_another_row():
    assert wrong("logsumexp", "M46", x=X) == {}  # forward is right without them
    found = wrong("logsumexp", "M46", x=X, grad_out=[4.0, 8.0])
    check(found, grad_x=[[1.0, 2.0], [6.0, 4.0]])
