import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.threshold import Threshold
from reference.operations import create


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_zero_becomes_what_was_asked_for(value):
    out = Threshold(value).forward(np.array([-1.0, 0.0, -0.0, 2.0]))
    np.testing.assert_array_equal(out, [0.0, value, value, 1.0])


def test_a_perceptron_computes_the_logical_and():
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    out = Threshold().forward(corners @ np.array([[1.0], [1.0]]) - 2.0)
    # The last corner lies exactly on the boundary, where h is 1.
    np.testing.assert_array_equal(out[:, 0], [0.0, 0.0, 0.0, 1.0])


def test_there_is_no_backward():
    assert not hasattr(Threshold(), "backward")
    assert create("threshold").gradients == {}


def test_the_extreme_inputs_show_the_value_at_zero():
    rng = np.random.default_rng(0)
    arrays = create("threshold").extreme(rng)
    found = {
        value: create("threshold", value_at_zero=value).answer(arrays)["out"]
        for value in (0.0, 1.0)
    }
    assert np.any(found[0.0] != found[1.0])


def test_a_value_out_of_range_is_refused():
    with pytest.raises(ValueError, match="must be") as caught:
        Threshold(-1.0)
    assert str(caught.value) == ("Threshold: value_at_zero must be in [0, 1], got -1.0")


def test_a_word_in_place_of_a_number_is_refused():
    with pytest.raises(ConventionError, match=r"^threshold: "):
        create("threshold", value_at_zero="one")
