import numpy as np
import pytest

from reference.misconceptions import for_operation
from reference.operations import create
from tests.reference.misconceptions.finding import wrong

DRAWN = {
    "x": [[1.0, 2.0]],
    "mask": [[True, False]],
    "grad_out": [[10.0, 20.0]],
}
SCALES = {"M86", "M87", "M90", "M219"}


def applying(**conventions):
    operation = create("dropout", **conventions)
    arrays = operation.draw(np.random.default_rng(0))
    return {e.id for e in for_operation("dropout") if e.wrong(operation, arrays)}


def test_a_rate_taken_for_the_other_probability_scales_by_its_inverse():
    found = wrong("dropout", "M87", conventions={"rate": 0.75}, **DRAWN)
    assert found["out"] == [pytest.approx([4 / 3, 0.0])]
    assert found["grad_x"] == [pytest.approx([40 / 3, 0.0])]


def test_a_mask_the_wrong_way_round_keeps_what_should_go():
    found = wrong("dropout", "M201", conventions={"rate": 0.75}, **DRAWN)
    assert found == {"out": [[0.0, 8.0]], "grad_x": [[0.0, 80.0]]}


def test_a_multiplied_scale_makes_kept_units_even_smaller():
    found = wrong("dropout", "M219", conventions={"rate": 0.75}, **DRAWN)
    assert found == {"out": [[0.25, 0.0]], "grad_x": [[2.5, 0.0]]}


def test_scaling_in_the_wrong_mode_is_the_other_convention():
    other = {"rate": 0.75, "scaling": "test_scaled"}
    assert wrong("dropout", "M86", conventions=other, **DRAWN) == {
        "out": [[4.0, 0.0]],
        "grad_x": [[40.0, 0.0]],
    }


def test_an_even_chance_of_staying_cannot_be_confused_with_that_of_going():
    assert SCALES - applying(rate=0.5) == {"M87"}


@pytest.mark.parametrize("rate_means", ["drop", "keep"])
def test_if_nothing_is_dropped_there_is_no_scale_to_get_wrong(rate_means):
    rate = {"drop": 0.0, "keep": 1.0}[rate_means]
    assert not SCALES & applying(rate=rate, rate_means=rate_means)


def test_evaluation_has_no_mask_to_get_wrong():
    assert applying(mode="evaluation") == {"M03", "M09", "M23", "M86"}
