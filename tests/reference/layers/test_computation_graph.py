import math

import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.computation_graph import ComputationGraph
from reference.operations import create


def test_the_example_of_comp451():
    layer = ComputationGraph()
    assert layer.inputs == ("a", "b")
    assert layer.forward(np.array(2.0), np.array(1.0)) == 6.0
    assert [grad.item() for grad in layer.backward(np.array(1.0))] == [2.0, 5.0]


def test_the_example_of_csc311_with_an_upstream_gradient():
    layer = ComputationGraph("exponential_of_time")
    t, upstream = 0.75, -3.0
    x, y = math.cos(t), t**2
    out = layer.forward(np.array(t))
    assert out == pytest.approx(y + math.exp(x * y), rel=1e-15)
    dt = (y * math.exp(x * y)) * -math.sin(t) + (1 + x * math.exp(x * y)) * 2 * t
    (found,) = layer.backward(np.array(upstream))
    assert found == pytest.approx(upstream * dt, rel=1e-14)


def test_an_input_that_is_no_number_is_refused():
    layer = ComputationGraph()
    with pytest.raises(ShapeError) as caught:
        layer.forward(np.array(2.0), np.ones(3))
    assert str(caught.value) == "ComputationGraph: b must be (), got (3,)"


def test_an_example_that_no_lecture_has_is_refused():
    with pytest.raises(ConventionError, match=r"example must be one of sum_times_inc"):
        ComputationGraph("triangle")


@pytest.mark.parametrize("example", ["triangle", 3, []])
def test_an_operation_without_its_graph_is_refused(example):
    with pytest.raises(ConventionError, match=r"example must be one of sum_times_inc"):
        create("computation_graph", example=example)


def test_the_inputs_of_the_operation_are_those_of_the_lecture():
    operation = create("computation_graph", example="path_factoring")
    assert operation.inputs == ("a", "b", "g", "d", "e", "z")
    arrays = operation.draw(np.random.default_rng(0))
    answer = operation.answer(arrays)
    d_e_z = arrays["d"] + arrays["e"] + arrays["z"]
    for name in ("grad_a", "grad_b", "grad_g"):
        assert answer[name] == arrays["grad_out"] * d_e_z
