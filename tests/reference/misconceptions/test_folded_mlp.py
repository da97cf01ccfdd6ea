import pytest

from tests.reference.misconceptions.finding import wrong

# 2 + 3 * x = 8 for x = 2, then 5 + 7 * 8 = 61.
NETWORK = {
    "conventions": {"activation": "identity"},
    "x": [[2.0]],
    "weight_0": [[2.0, 3.0]],
    "weight_1": [[5.0, 7.0]],
    "grad_out": [[10.0]],
}


def test_a_bias_that_is_not_dropped_gets_a_row_and_a_column():
    # delta_2 = 10 gives 50 for the constant and 70 for the hidden unit.
    found = wrong("folded_mlp", "M21", "d_l + 1", **NETWORK)
    assert found == {"grad_weight_0": [[50.0, 100.0], [70.0, 140.0]]}
    found = wrong("folded_mlp", "M21", "d_0 + 1", **NETWORK)
    assert found == {"grad_x": [[140.0, 210.0]]}


def test_the_other_column_dropped_leaves_the_constant_in_charge():
    found = wrong("folded_mlp", "M21", "column at the other end is", **NETWORK)
    # 50 takes the place of 70, and then 2 * 50 that of 3 * 70.
    assert found == {"grad_weight_0": [[50.0, 100.0]], "grad_x": [[100.0]]}


def test_the_error_of_the_top_skips_the_weights_in_between():
    found = wrong("folded_mlp", "M24", **NETWORK)
    assert found == {"grad_weight_0": [[10.0, 20.0]]}


@pytest.mark.parametrize("number", ["M25", "M31", "M32", "M33"])
def test_the_identity_has_no_derivative_to_get_wrong(number):
    for form in {
        "M25": ("1 - o**2", "output layer"),
        "M31": ("phi'",),
        "M32": ("s*(1 - s)",),
        "M33": ("1 - o in", "1 - s**2"),
    }[number]:
        assert wrong("folded_mlp", number, form, **NETWORK) == {}
