from math import sqrt

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.optimizers.adagrad import Adagrad
from tests.reference.optimizers.paths import GRADIENTS, RTOL, START, path

LR, EPS = 0.3, 0.1


def printed_outside():
    w, s = START, 0.0
    for g in GRADIENTS:
        s += g * g
        w = w - LR * g / (sqrt(s) + EPS)
        yield w


def printed_inside():
    # CMU 10-301/601, lecture 14.
    w, s = START, 0.0
    for g in GRADIENTS:
        s += g * g
        w = w - LR / sqrt(s + EPS) * g
        yield w


def printed_none():
    # Penn CIS 4190/5190, lecture 12.
    w, s = START, 0.0
    for g in GRADIENTS:
        s += g * g
        w = w - LR / sqrt(s) * g
        yield w


@pytest.mark.parametrize(
    ("place", "printed"),
    [
        ("outside", printed_outside),
        ("inside", printed_inside),
        ("none", printed_none),
    ],
)
def test_each_place_of_eps_is_the_rule_as_printed(place, printed):
    found = path(lambda layers: Adagrad(layers, LR, EPS, place))
    np.testing.assert_allclose(found, list(printed()), rtol=RTOL)


def test_eps_is_outside_by_default():
    assert Adagrad([], LR).eps_place == "outside"


def test_without_eps_the_first_step_has_the_length_of_the_rate():
    for gradient in (1e-100, -3.0, 1e100):
        (value,) = path(
            lambda layers: Adagrad(layers, 0.5, eps_place="none"), [gradient]
        )
        assert abs(value - START) == pytest.approx(0.5, rel=RTOL)


def test_without_eps_zero_gradients_move_nothing_until_another_comes():
    gradients = [0.0, 0.0, 2.0, 0.0]
    found = path(lambda layers: Adagrad(layers, 0.5, eps_place="none"), gradients)
    assert found == [START, START, START - 0.5, START - 0.5]


def test_without_eps_a_gradient_too_small_to_square_moves_nothing():
    found = path(lambda layers: Adagrad(layers, 0.5, eps_place="none"), [1e-200])
    assert found == [START]


@pytest.mark.parametrize("eps", [0.0, -0.1, float("nan"), float("inf")])
def test_an_eps_that_is_not_positive_is_refused(eps):
    with pytest.raises(ValueError, match=f"^Adagrad: eps must be positive, got {eps}$"):
        Adagrad([], LR, eps)


def test_an_unknown_place_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError) as caught:
        Adagrad([], LR, EPS, "under")
    assert str(caught.value) == (
        "Adagrad: eps_place must be one of outside, inside, none, got 'under'"
    )
