import numpy as np
import pytest

from reference.errors import ConventionError
from reference.optimizers.momentum import Momentum

LR, MU = 0.125, 0.75  # dyadic, so that equal formulas give equal numbers
GRADIENTS = [1.0, -3.0, 2.0, 5.0, -1.0]
CONSTANT = [LR] * 5
FALLING = [LR / 2**step for step in range(5)]


class One:
    """A layer with a single number."""

    def __init__(self):
        self.params = {"w": np.zeros(1)}
        self.grads = {}


def path(form, rates=CONSTANT):
    layer = One()
    layer.grads = {"w": np.empty(1)}
    optimizer = Momentum([layer], LR, MU, form)
    values = []
    for gradient, rate in zip(GRADIENTS, rates, strict=True):
        layer.grads["w"][...] = gradient  # one array for all steps
        optimizer.lr = rate
        optimizer.step()
        values.append(float(layer.params["w"][0]))
    return values


def printed_velocity():
    # Penn CIS 4190/5190, lecture 12 (rho and beta there), and Stanford CS231n.
    w = v = 0.0
    for g in GRADIENTS:
        v = MU * v - LR * g
        w = w + v
        yield w


def printed_displacement():
    # McGill COMP 451, lecture 22: D_i = alpha*dJ/dw + beta*D_{i-1}, w moves by -D_i.
    w = d = 0.0
    for g in GRADIENTS:
        d = LR * g + MU * d
        w = w - d
        yield w


def printed_accumulated():
    # PyTorch.
    w = v = 0.0
    for g in GRADIENTS:
        v = MU * v + g
        w = w - LR * v
        yield w


def printed_average():
    # Coursera Deep Learning, course 2.
    w = v = 0.0
    for g in GRADIENTS:
        v = MU * v + (1 - MU) * g
        w = w - LR * v
        yield w


def printed_two_term():
    # CMU 10-301/601, lecture 14: W <- W - eta*(beta*G_{t-1} + G_t).
    w = previous = 0.0
    for g in GRADIENTS:
        w = w - LR * (MU * previous + g)
        previous = g
        yield w


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        ("velocity", printed_velocity),
        ("displacement", printed_displacement),
        ("accumulated", printed_accumulated),
        ("average", printed_average),
        ("two_term", printed_two_term),
    ],
)
def test_each_form_is_the_rule_as_printed(form, printed):
    assert path(form) == list(printed())


def test_the_default_is_the_velocity():
    assert Momentum([], LR, MU).form == "velocity"


def test_the_two_term_rule_is_heavy_ball_for_two_steps_and_leaves_it_at_the_third():
    velocity, two_term = path("velocity"), path("two_term")
    assert velocity[:2] == two_term[:2]
    # What it forgets is the first gradient: lr * mu^2 * g_1.
    assert two_term[2] - velocity[2] == LR * MU**2 * GRADIENTS[0]


def test_the_place_of_the_rate_matters_only_under_a_schedule():
    assert path("accumulated") == path("displacement") == path("velocity")
    assert path("displacement", FALLING) == path("velocity", FALLING)
    assert path("accumulated", FALLING) != path("velocity", FALLING)


@pytest.mark.parametrize("momentum", [-0.1, 1.0])
def test_a_momentum_outside_its_range_is_refused(momentum):
    with pytest.raises(ValueError, match=r"momentum must be in \[0, 1\)"):
        Momentum([], LR, momentum)


def test_an_unknown_form_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match=r"one of velocity, .*got 'heavy'"):
        Momentum([], LR, MU, "heavy")
