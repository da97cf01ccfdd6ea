"""Worked examples for computation graphs, with the numbers of the lectures."""

import pytest

from tests.reference.misconceptions.finding import wrong

# e = (a + b) * (b + 1) is 6; the gradients are 2 for a and 2 + 3 for b.
SMALL = {"a": 2.0, "b": 1.0, "grad_out": 1.0}


def back(number, formula="", example="sum_times_increment", **arrays):
    conventions = {"example": example}
    arrays = arrays or SMALL
    return wrong(
        "computation_graph", number, formula, conventions=conventions, **arrays
    )


@pytest.mark.parametrize(
    ("number", "formula", "gradients"),
    [
        ("M115", "last", {"grad_b": 2.0}),
        ("M115", "first", {"grad_b": 3.0}),
        ("M120", "", {"grad_b": 2.5}),
        ("M125", "", {"grad_a": 3.0}),
        ("M127", "", {"grad_a": 12.0, "grad_b": 30.0}),
        ("M27", "product", {"grad_a": 1.0, "grad_b": 2.0}),
        ("M117", "in between", {"grad_a": 4.0, "grad_b": 10.0}),
        ("M117", "all nodes", {"grad_a": 6.0, "grad_b": 15.0}),
        ("M295", "", {"grad_a": 7.0, "grad_b": 7.0}),
    ],
)
def test_each_mistake_has_its_own_gradients_on_the_small_graph(
    number, formula, gradients
):
    assert back(number, formula) == gradients


def test_a_second_pass_through_a_cube_gives_45_in_place_of_27():
    found = back("M117", "in between", "cube", x=3.0, grad_out=1.0)
    assert found == {"grad_x": 45.0}


def test_a_value_used_twice_at_once_has_no_mean_of_its_own():
    square = {"example": "square", "x": 3.0, "grad_out": 1.0}
    assert back("M115", "last", **square) == {"grad_x": 3.0}
    assert back("M120", **square) == {}


def test_recursion_passes_on_what_it_has_passed_on_before():
    # u = 6 gets 18, passes it on, gets 24 more and passes 42 on; 42 is its gradient.
    found = back("M116", example="diamond", x=2.0, y=3.0, grad_out=1.0)
    assert found == {"grad_x": 198.0, "grad_y": 168.0}


def test_recursion_along_millions_of_paths_is_not_tried():
    assert back("M116", example="doublings", x=2.0, grad_out=1.0) == {}


@pytest.mark.parametrize(
    ("number", "formula", "slope"),
    [("M128", "", 0.25), ("M204", "", -0.25), ("M27", "power", 0.5)],
)
def test_the_rule_for_powers_is_seen_in_the_squared_error(number, formula, slope):
    # L = (y - t)**2 / 2 with y = 0.5 and t = 1; its slope in y is -0.5.
    given = {"w": 0.0, "b": 0.0, "x": 5.0, "t": 1.0, "grad_out": 1.0}
    found = back(number, formula, "logistic_least_squares", **given)
    assert found["grad_t"] == pytest.approx(-slope, rel=1e-14)


def test_a_minus_sign_is_lost_for_the_second_operand_only():
    given = {"w": 0.0, "b": 0.0, "x": 5.0, "t": 1.0, "grad_out": 1.0}
    found = back("M294", "a - b", "logistic_least_squares", **given)
    assert found == {"grad_t": -0.5}
