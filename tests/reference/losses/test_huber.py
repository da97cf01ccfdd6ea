import numpy as np
import pytest

from reference.errors import ConventionError
from reference.losses.huber import Huber
from tests.reference.numerical import UNIT

PREDICTIONS = np.array([[0.5, -3.0], [2.0, 0.0]])
TARGETS = np.zeros((2, 2))


def test_two_examples_by_hand():
    loss = Huber(delta=2.0, reduction="sum")
    # Differences 1/2 and 2 are within delta, -3 is not.
    assert loss.forward(PREDICTIONS, TARGETS) == 0.125 + 2.0 * (3.0 - 1.0) + 2.0
    np.testing.assert_array_equal(loss.backward(), [[0.5, -2.0], [2.0, 0.0]])


def test_the_smooth_form_has_slope_one_further_out():
    loss = Huber(delta=2.0, form="smooth_l1", reduction="sum")
    assert loss.forward(PREDICTIONS, TARGETS) == (0.125 + 4.0 + 2.0) / 2.0
    np.testing.assert_array_equal(loss.backward(), [[0.25, -1.0], [1.0, 0.0]])


@pytest.mark.parametrize("delta", [0.4, 1.0, 1.7])
@pytest.mark.parametrize("form", Huber.forms)
def test_agrees_with_both_printed_parts_in_a_loop(delta, form):
    rng = np.random.default_rng(6)
    predictions, targets = rng.normal(size=(2, 5, 3))
    total, gradient = 0.0, np.zeros((5, 3))
    for n in range(5):
        for k in range(3):
            d = predictions[n, k] - targets[n, k]
            if form == "huber":
                near, far = 0.5 * d**2, delta * (abs(d) - 0.5 * delta)
                slopes = d, delta * np.sign(d)
            else:  # Girshick, with beta for the 1 in "|x| < 1"
                near, far = 0.5 * d**2 / delta, abs(d) - 0.5 * delta
                slopes = d / delta, np.sign(d)
            total += near if abs(d) < delta else far
            gradient[n, k] = slopes[0] if abs(d) < delta else slopes[1]
    loss = Huber(delta, form, "sum")
    value = loss.forward(predictions, targets)
    # At most five roundings of each number, and a sum of 15 of them.
    assert abs(value - total) <= 2 * 20 * UNIT * total
    assert np.max(np.abs(loss.backward() - gradient)) <= 4 * UNIT * max(delta, 1.0)


def test_both_forms_agree_where_delta_is_one():
    one, other = Huber(), Huber(form="smooth_l1")
    assert one.forward(PREDICTIONS, TARGETS) == other.forward(PREDICTIONS, TARGETS)
    np.testing.assert_array_equal(one.backward(), other.backward())


def test_there_is_no_step_where_the_parts_meet():
    just = np.array([np.nextafter(0.75, 0), 0.75, np.nextafter(0.75, 1)])
    loss = Huber(0.75, reduction="sum")
    values = [loss.forward(np.array([d]), np.zeros(1)) for d in just]
    assert values[0] <= values[1] <= values[2]
    assert values[2] - values[0] <= 8 * UNIT * values[1]


def test_a_thousand_away_it_does_not_grow_like_a_square():
    value = Huber(0.5).forward(np.array([1000.0, -1000.0]), np.zeros(2))
    assert value == 0.5 * (1000.0 - 0.25)


@pytest.mark.parametrize("delta", [0.0, -1.0, np.inf, np.nan])
def test_a_delta_that_is_not_positive_is_refused(delta):
    with pytest.raises(ValueError, match=r"^Huber: delta must be positive and finite"):
        Huber(delta)


def test_an_unknown_form_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match="form must be one of huber, smooth_l1"):
        Huber(form="pseudo")
