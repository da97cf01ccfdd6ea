"""Engines that can do little are asked little."""

import numpy as np
import pytest

from grader.checks.graphs.answers import ProgramOperation
from grader.checks.graphs.array_drawing import ARRAYS
from grader.checks.graphs.cases import prepared
from grader.checks.graphs.drawing import COMMON, drawn
from grader.checks.graphs.sketch import Dialect
from grader.checks.graphs.tape import Engine

NEEDED = ("add", "multiply")


def programs(topic, *operations, **settings):
    dialect = Dialect((*NEEDED, *operations), **settings)
    draw = COMMON[topic] if topic in COMMON else ARRAYS[topic][0]
    return drawn(draw, topic, dialect, np.random.default_rng(1))


@pytest.mark.parametrize("topic", ["chain", "constants", "cost", "depth", "order"])
def test_numbers_that_can_only_add_and_multiply_are_asked_nothing_else(topic):
    asked = {name for one in programs(topic) for name in one.program.operations}
    assert asked == set(NEEDED)


@pytest.mark.parametrize(
    ("topic", "operation"),
    [
        ("shapes", "reshape"),
        ("shapes", "swap_axes"),
        ("shapes", "transpose"),
        ("reductions", "mean"),
        ("indexing", "slice"),
        ("products", "matmul"),
    ],
)
def test_arrays_are_asked_for_the_one_operation_they_have(topic, operation):
    found = programs(topic, operation, arrays=True, upstream=True)
    assert {name for one in found for name in one.program.operations} == {operation}
    assert len(found) >= 2


def test_products_without_stacks_have_two_axes():
    found = programs("products", "matmul", arrays=True, upstream=True, batched=False)
    assert {array.ndim for one in found for array in one.arrays.values()} == {2}


def test_broadcasting_needs_no_operation_of_its_own():
    found = programs("broadcasting", arrays=True, upstream=True)
    assert {n for one in found for n in one.program.operations} == set(NEEDED)


def test_powers_without_division_have_positive_exponents():
    found = programs("constants", "power")
    exponents = {
        step.arguments[1]
        for one in found
        for step in one.program.unrolled
        if step.operation == "power"
    }
    assert exponents == {2, 3}


def test_a_graph_that_is_built_again_gives_the_same_as_one_that_is_kept():
    for rebuilds in (False, True):
        for found in programs("two_backwards", rebuilds=rebuilds):
            case = prepared(found, np.random.default_rng(2))
            got = Engine().answer(found.program, found.arrays)
            for name, expected in case.expected.items():
                np.testing.assert_allclose(got[name], expected.value)


def test_a_program_as_an_operation_keeps_its_arrays():
    found = programs("reuse")[0]
    operation = ProgramOperation(found.program, found.arrays)
    assert operation.draw(np.random.default_rng(1)) == dict(found.arrays)
    assert list(operation.gradients) == ["grad_x"]
