import numpy as np

from reference.misconceptions import for_operation
from reference.operations import create
from tests.reference.misconceptions.finding import wrong

ROW = {"x": [[[1.0, 2.0, 3.0, 4.0, 9.0]]], "grad_out": [[[10.0, 20.0, 30.0]]]}
BY_TWO = {"factor": 2}


def test_rounding_the_length_down_loses_the_last_entry():
    found = wrong("downsample", "M99", "floor", conventions=BY_TWO, **ROW)
    assert found == {"out": [[[1.0, 3.0]]], "grad_x": [[[10.0, 0.0, 20.0, 0.0, 0.0]]]}


def test_a_gradient_that_guesses_the_length_is_too_long():
    found = wrong("downsample", "M99", "grad_x", conventions=BY_TWO, **ROW)
    assert found == {"grad_x": [[[10.0, 0.0, 20.0, 0.0, 30.0, 0.0]]]}


def test_a_mean_of_blocks_divides_by_what_is_left_at_the_end():
    found = wrong("downsample", "M218", "mean", conventions=BY_TWO, **ROW)
    assert found == {
        "out": [[[1.5, 3.5, 9.0]]],
        "grad_x": [[[5.0, 5.0, 10.0, 10.0, 30.0]]],
    }


def test_without_gaps_between_kept_entries_there_is_little_to_get_wrong():
    operation = create("downsample", factor=1)
    arrays = operation.draw(np.random.default_rng(0))
    entries = for_operation("downsample")
    applying = {entry.id for entry in entries if entry.wrong(operation, arrays)}
    assert applying == {"M03", "M09", "M23"}
