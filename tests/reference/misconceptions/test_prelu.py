from tests.reference.misconceptions.finding import wrong

DRAWN = {
    "x": [[-2.0, 3.0]],
    "slope": 0.5,
    "grad_out": [[10.0, 20.0]],
}


def test_a_slope_on_the_wrong_side_learns_from_positive_entries():
    assert wrong("prelu", "M39", "where x > 0", **DRAWN) == {
        "out": [[-2.0, 1.5]],
        "grad_x": [[10.0, 10.0]],
        "grad_slope": 60.0,
    }


def test_a_slope_on_both_sides_learns_from_all_entries():
    assert wrong("prelu", "M39", "both sides", **DRAWN) == {
        "out": [[-1.0, 1.5]],
        "grad_x": [[5.0, 10.0]],
        "grad_slope": 40.0,
    }


def test_the_average_is_over_all_entries_that_share_a_slope():
    assert wrong("prelu", "M15", **DRAWN) == {"grad_slope": -10.0}
    per_channel = {"slope": "per_channel"}
    two = {**DRAWN, "x": [[-2.0, 3.0], [1.0, -1.0]], "slope": [0.5, 0.25]}
    two["grad_out"] = [[10.0, 20.0], [30.0, 40.0]]
    found = wrong("prelu", "M15", conventions=per_channel, **two)
    assert found == {"grad_slope": [-10.0, -20.0]}
