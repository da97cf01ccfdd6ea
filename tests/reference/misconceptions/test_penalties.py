import numpy as np
import pytest

from reference.misconceptions import for_operation
from reference.operations import create
from tests.reference.misconceptions.finding import wrong

ARRAYS = {
    "weight_0": [[1.0, -2.0]],
    "bias_0": [4.0, 4.0],
    "weight_1": [[3.0], [0.0]],
    "bias_1": [8.0],
}
PLAIN = {"strength": 2.0}


def found(name, number, formula="", **conventions):
    return wrong(name, number, formula, conventions=PLAIN | conventions, **ARRAYS)


def test_biases_that_do_not_belong_show_in_the_value_alone():
    assert found("l2_penalty", "M62") == {"loss": 2.0 * (5 + 32 + 9 + 64)}


def test_biases_that_are_left_out_get_no_gradient():
    assert found("l1_penalty", "M62", biases="included") == {
        "loss": 2.0 * (3 + 3),
        "grad_bias_0": [0.0, 0.0],
        "grad_bias_1": [0.0],
    }


def test_a_layer_that_is_skipped_gets_no_gradient():
    assert found("l2_penalty", "M63", "only the last") == {
        "loss": 2.0 * 9,
        "grad_weight_0": [[0.0, 0.0]],
    }


def test_where_one_layer_is_asked_for_the_other_may_not_be_in_the_value():
    conventions = {"subset": [1]}
    found_all = found("l2_penalty", "M63", "every layer", **conventions)
    assert found_all == {"loss": 2.0 * (5 + 9)}
    assert found("l2_penalty", "M63", "only the last", **conventions) == {}


def test_a_mean_is_taken_of_each_parameter():
    assert found("l1_penalty", "M04") == {
        "loss": 2.0 * (3 / 2 + 3 / 2),
        "grad_weight_0": [[1.0, -1.0]],
        "grad_weight_1": [[1.0], [0.0]],
    }


def test_a_norm_is_not_its_square():
    weight = found("l2_penalty", "M261", "sqrt")["grad_weight_1"]
    assert weight == [[2.0], [0.0]]


@pytest.mark.parametrize(
    ("factor", "examples", "expected"),
    [("one", None, None), ("half_over_n", 1, None), ("half_over_n", 7, 14.0)],
)
def test_the_number_of_examples_can_be_forgotten_where_there_is_one(
    factor, examples, expected
):
    conventions = {"factor": factor, "examples": examples}
    answer = found("l2_penalty", "M64", **conventions)
    assert answer.get("loss") == pytest.approx(expected)


def test_a_strength_of_one_cannot_be_ignored():
    operation = create("l2_penalty", strength=1.0)
    (entry,) = (e for e in for_operation("l2_penalty") if e.id == "M146")
    arrays = operation.draw(np.random.default_rng(0))
    assert entry.wrong(operation, arrays) == {}
