"""What all recurrent layers refuse, and how their parameters start."""

import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.gru import GRU
from reference.layers.gru_cell import GRUCell
from reference.layers.lstm import LSTM
from reference.layers.lstm_cell import LSTMCell
from reference.layers.rnn import RNN
from reference.layers.rnn_cell import RNNCell

CELLS = [RNNCell, GRUCell, LSTMCell]
SEQUENCES = [RNN, GRU, LSTM]

every_cell = pytest.mark.parametrize("layer", CELLS)
every_sequence = pytest.mark.parametrize("layer", SEQUENCES)
every_layer = pytest.mark.parametrize("layer", [*CELLS, *SEQUENCES])


def arguments(layer, features=2, hidden=3, count=4, steps=5):
    """Return right inputs for a layer with these sizes."""
    rows = (count, steps) if layer in SEQUENCES else (count,)
    state = np.ones((count, hidden))
    states = (state, state) if layer is LSTMCell else (state,)
    return np.ones((*rows, features)), *states


@every_layer
def test_without_a_generator_all_parameters_are_zero(layer):
    made = layer(2, 3)
    width = 3 * made.blocks
    shapes = {name: array.shape for name, array in made.params.items()}
    assert shapes == {"weight_x": (2, width), "weight_h": (3, width), "bias": (width,)}
    assert all(np.all(array == 0) for array in made.params.values())


@every_layer
def test_drawn_weights_have_variance_one_over_the_number_of_rows(layer):
    made = layer(400, 100, np.random.default_rng(1))
    for name, rows in {"weight_x": 400, "weight_h": 100}.items():
        weight = made.params[name]
        # The variance estimated from n normals has a relative deviation of sqrt(2 / n).
        assert abs(weight.var() * rows - 1) < 6 * np.sqrt(2 / weight.size)
    assert np.all(made.params["bias"] == 0)


@every_layer
@pytest.mark.parametrize("sizes", [(0, 3), (2, 0)])
def test_a_layer_without_features_is_refused(layer, sizes):
    with pytest.raises(ValueError, match="least 1") as caught:
        layer(*sizes)
    assert str(caught.value) == (
        f"{layer.__name__}: in_features and hidden_features must be at least 1, "
        f"got {sizes[0]} and {sizes[1]}"
    )


@every_cell
@pytest.mark.parametrize("shape", [(2,), (4, 3), (4, 1, 2)])
def test_an_input_that_is_not_rows_of_features_is_refused(layer, shape):
    _, *states = arguments(layer)
    with pytest.raises(ShapeError) as caught:
        layer(2, 3).forward(np.ones(shape), *states)
    assert str(caught.value) == f"{layer.__name__}: x must be (N, 2), got {shape}"


@every_sequence
@pytest.mark.parametrize("shape", [(4, 2), (4, 5, 3), (4, 0, 2)])
def test_an_input_that_is_not_a_batch_of_sequences_is_refused(layer, shape):
    _, *states = arguments(layer)
    with pytest.raises(ShapeError) as caught:
        layer(2, 3).forward(np.ones(shape), *states)
    assert str(caught.value) == (
        f"{layer.__name__}: x must be (N, T, 2) with T at least 1, got {shape}"
    )


@every_layer
@pytest.mark.parametrize("shape", [(3,), (4, 2), (1, 3)])
def test_a_state_that_is_not_one_row_for_each_example_is_refused(layer, shape):
    x, *states = arguments(layer)
    states[-1] = np.ones(shape)
    with pytest.raises(ShapeError) as caught:
        layer(2, 3).forward(x, *states)
    assert str(caught.value).startswith(f"{layer.__name__}: ")
    assert str(caught.value).endswith(f" must be (4, 3), got {shape}")


@every_layer
def test_a_state_weight_of_the_wrong_width_is_refused(layer):
    made = layer(2, 3)
    made.params["weight_h"] = np.ones((3, 3 * made.blocks + 1))
    columns = "H" if made.blocks == 1 else f"{made.blocks}*H"
    with pytest.raises(ShapeError) as caught:
        made.forward(*arguments(layer))
    assert str(caught.value) == (
        f"{layer.__name__}: weight_h must be (H, {columns}), "
        f"got (3, {3 * made.blocks + 1})"
    )


@every_layer
@pytest.mark.parametrize("name", ["weight_x", "bias"])
def test_another_parameter_of_the_wrong_width_is_refused(layer, name):
    made = layer(2, 3)
    wrong = made.params[name][..., 1:]
    width = 3 * made.blocks
    expected = f"(D, {width})" if name == "weight_x" else f"({width},)"
    made.params[name] = wrong
    with pytest.raises(ShapeError) as caught:
        made.forward(*arguments(layer))
    assert str(caught.value) == (
        f"{layer.__name__}: {name} must be {expected}, got {wrong.shape}"
    )
