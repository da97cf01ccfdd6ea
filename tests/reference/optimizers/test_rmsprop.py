from math import sqrt

import numpy as np
import pytest

from reference.optimizers.rmsprop import RMSProp
from tests.reference.optimizers.paths import GRADIENTS, RTOL, START, path

LR, LAM, EPS = 0.05, 0.75, 0.1


def divisor(mean_square, place):
    if place == "outside":  # Stanford CS231n
        return sqrt(mean_square) + EPS
    if place == "inside":
        return sqrt(mean_square + EPS)
    return sqrt(mean_square)  # Penn CIS 4190/5190, lecture 12


@pytest.mark.parametrize("place", ["outside", "inside", "none"])
def test_each_place_of_eps_is_the_rule_as_printed(place):
    w, mean_square, printed = START, 0.0, []
    for g in GRADIENTS:
        mean_square = LAM * mean_square + (1 - LAM) * g**2
        w = w - LR * g / divisor(mean_square, place)
        printed.append(w)
    found = path(lambda layers: RMSProp(layers, LR, LAM, EPS, place))
    np.testing.assert_allclose(found, printed, rtol=RTOL)


def test_the_first_step_is_longer_than_the_rate_for_lack_of_a_correction():
    (value,) = path(lambda layers: RMSProp(layers, 0.5, 0.75, eps_place="none"), [4.0])
    assert value == START - 0.5 / sqrt(1 - 0.75)


def test_a_memory_of_one_step_leaves_the_sign_of_the_gradient():
    found = path(
        lambda layers: RMSProp(layers, 0.5, 0.0, eps_place="none"),
        [4.0, -2.0, 0.0, 8.0],
    )
    assert found == [1.0, 1.5, 1.5, 1.0]


def test_without_eps_zero_gradients_move_nothing_until_another_comes():
    gradients = [0.0, 0.0, 2.0]
    found = path(lambda layers: RMSProp(layers, 0.5, 0.75, eps_place="none"), gradients)
    assert found == [START, START, START - 1.0]


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan")])
def test_a_share_outside_its_range_is_refused(rate):
    with pytest.raises(
        ValueError, match=r"^RMSProp: decay_rate must be in \[0, 1\), g"
    ):
        RMSProp([], LR, rate)
