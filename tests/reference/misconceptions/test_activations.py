from tests.reference.misconceptions.finding import wrong

HABITS = {
    "leaky_relu": ({"slope": 0.01}, [[-2.0, 3.0]]),
    "elu": ({"alpha": 1.0}, [[-2.0, 3.0]]),
}


def test_a_habitual_number_is_no_mistake_where_it_is_asked_for():
    for name, (conventions, x) in HABITS.items():
        assert wrong(name, "M146", x=x)
        assert wrong(name, "M146", conventions=conventions, x=x) == {}


def test_a_slope_of_zero_cannot_be_forgotten():
    found = wrong(
        "leaky_relu",
        "M39",
        "max",
        conventions={"slope": 0.0},
        x=[[-2.0, 3.0]],
        grad_out=[[1.0, 2.0]],
    )
    assert found == {}


def test_a_derivative_that_ignores_upstream_needs_no_nonzero_upstream():
    found = wrong("relu", "M23", x=[[-2.0, 3.0]], grad_out=[[0.0, 0.0]])
    assert found == {"grad_x": [[0.0, 1.0]]}


def test_a_boundary_on_the_wrong_side_is_seen_at_zero_only():
    x = [[-1.0, 0.0, 1.0]]
    assert wrong("threshold", "M215", "reverse", x=x) == {"out": [[0.0, 0.0, 1.0]]}
    other = {"value_at_zero": 0.0}
    found = wrong("threshold", "M215", "reverse", conventions=other, x=x)
    assert found == {"out": [[0.0, 1.0, 1.0]]}


def test_the_maximum_of_each_column_is_not_a_rectified_array():
    found = wrong("relu", "M202", x=[[-2.0, 3.0], [1.0, -4.0]])
    assert found == {"out": [1.0, 3.0]}


def test_flattening_columns_of_a_turned_array_mixes_the_examples():
    x = [[[0.0, 1.0], [2.0, 3.0]], [[4.0, 5.0], [6.0, 7.0]]]
    found = wrong("flatten", "M216", "-1, N", conventions={"dimensions": 1}, x=x)
    assert found == {"out": [[0.0, 2.0, 4.0, 6.0], [1.0, 3.0, 5.0, 7.0]]}
