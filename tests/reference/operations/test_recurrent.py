import numpy as np
import pytest

from reference.operations import create
from reference.operations.draws import MARGIN

with_relu = pytest.mark.parametrize("name", ["rnn_cell", "rnn"])


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("lstm_cell", (4, 3)), ("gru", (5, 2))],
)
def test_a_constructor_may_need_the_number_of_features(name, sizes):
    operation = create(name)
    arrays = operation.draw(np.random.default_rng(0))
    assert operation.sizes(arrays) == {
        "in_features": sizes[0],
        "hidden_features": sizes[1],
    }


@with_relu
def test_no_entry_moved_by_the_margin_reaches_a_kink(name):
    operation = create(name, nonlinearity="relu")
    for seed in range(5):
        arrays = operation.draw(np.random.default_rng(seed))
        margin = operation.margin(arrays)
        (out,) = operation.outputs
        active = operation.answer(arrays)[out] > 0
        for key in operation.inputs:
            for index in np.ndindex(arrays[key].shape):
                for step in (-margin, margin):
                    moved = arrays[key].copy()
                    moved[index] += step
                    answer = operation.answer({**arrays, key: moved})
                    np.testing.assert_array_equal(answer[out] > 0, active)


def test_the_margin_of_a_worked_example():
    operation = create("rnn", nonlinearity="relu")
    arrays = {
        "x": np.array([[[1.0], [-2.0]]]),
        "h0": np.array([[0.5]]),
        "weight_x": np.array([[1.0]]),
        "weight_h": np.array([[2.0]]),
        "bias": np.array([-3.75]),
    }
    # If one entry moves by d, the first sum, -1.75, moves by at most 2d for its weight
    # of x and 2d for h0; the second, -5.75, by 2d for its weight and 2 * 4d for h0.
    assert operation.margin(arrays) == MARGIN
    arrays["bias"] += 1.71875
    # Sums -1/32 and -4.03125, of which only the first matters.
    assert operation.margin(arrays) == 2.0**-5 / 4


def test_a_network_with_tanh_has_no_kinks():
    operation = create("rnn")
    assert operation.margin(operation.draw(np.random.default_rng(0))) == np.inf
