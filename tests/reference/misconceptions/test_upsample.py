from tests.reference.misconceptions.finding import wrong

BY_TWO = {"factor": 2}
REPEAT = {"factor": 2, "fill": "repeat"}
ROW = [[[1.0, 2.0]]]


def test_zeros_behind_the_last_entry_make_a_row_k_times_as_long():
    found = wrong("upsample", "M99", conventions=BY_TWO, x=ROW)
    assert found == {"out": [[[1.0, 0.0, 2.0, 0.0]]]}


def test_one_zero_too_many_moves_the_second_entry():
    found = wrong("upsample", "M212", conventions=BY_TWO, x=ROW)
    assert found == {"out": [[[1.0, 0.0, 0.0, 2.0]]]}


def test_a_row_that_is_tiled_collects_gradients_from_its_tiles():
    grad_out = [[[10.0, 20.0, 30.0, 40.0]]]
    found = wrong("upsample", "M212", conventions=REPEAT, x=ROW, grad_out=grad_out)
    assert found == {"out": [[[1.0, 2.0, 1.0, 2.0]]], "grad_x": [[[40.0, 60.0]]]}


def test_the_other_fill_takes_its_own_way_back():
    found = wrong(
        "upsample", "M218", conventions=BY_TWO, x=ROW, grad_out=[[[10.0, 20.0, 30.0]]]
    )
    assert found == {"out": [[[1.0, 1.0, 2.0, 2.0]]], "grad_x": [[[30.0, 30.0]]]}
