import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.max_pool1d import MaxPool1d


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("first", [2.0, 0.0, 8.0, 0.0, -5.0, 0.0]),
        ("split", [2.0, 0.0, 4.0, 4.0, -2.5, -2.5]),
        ("all", [2.0, 0.0, 8.0, 8.0, -5.0, -5.0]),
    ],
)
def test_worked_example(ties, expected):
    layer = MaxPool1d(2, ties=ties)
    out = layer.forward(np.array([[[-1.0, -2.0, 3.0, 3.0, -4.0, -4.0, 9.0]]]))
    np.testing.assert_array_equal(out, [[[-1.0, 3.0, -4.0]]])
    grad_x = layer.backward(np.array([[[2.0, 8.0, -5.0]]]))
    np.testing.assert_array_equal(grad_x, [[[*expected, 0.0]]])


def test_an_entry_that_wins_twice_gets_both_gradients():
    layer = MaxPool1d(3, stride=2)
    layer.forward(np.array([[[1.0, 2.0, 7.0, 3.0, 4.0]]]))
    grad_x = layer.backward(np.array([[[10.0, -4.0]]]))
    np.testing.assert_array_equal(grad_x, [[[0.0, 0.0, 6.0, 0.0, 0.0]]])


def test_a_last_window_that_would_begin_in_the_padding_is_not_kept():
    x = np.array([[[-3.0, -1.0, -2.0, -5.0]]])
    out = MaxPool1d(2, stride=3, padding=1, ragged="keep").forward(x)
    np.testing.assert_array_equal(out, [[[-3.0, -2.0]]])


def test_an_input_that_is_no_batch_of_sequences_is_refused():
    with pytest.raises(ShapeError) as caught:
        MaxPool1d(2).forward(np.ones((3, 5)))
    assert str(caught.value) == "MaxPool1d: x must be (N, C, L), got (3, 5)"
