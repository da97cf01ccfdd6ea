from math import sqrt

import numpy as np
import pytest

from reference.optimizers.adadelta import Adadelta
from tests.reference.optimizers.paths import GRADIENTS, RTOL, START, path

RHO, EPS = 0.75, 0.1


@pytest.mark.parametrize("lr", [1.0, 0.5])
def test_the_rule_is_that_of_the_paper_times_a_rate(lr):
    w, of_gradients, of_steps, printed = START, 0.0, 0.0, []
    for g in GRADIENTS:
        of_gradients = RHO * of_gradients + (1 - RHO) * g * g
        step = -sqrt(of_steps + EPS) / sqrt(of_gradients + EPS) * g
        of_steps = RHO * of_steps + (1 - RHO) * step * step
        w = w + lr * step
        printed.append(w)
    found = path(lambda layers: Adadelta(layers, lr, RHO, EPS))
    np.testing.assert_allclose(found, printed, rtol=RTOL)


def test_the_rate_is_one_unless_it_is_given():
    assert Adadelta([]).lr == 1.0


def test_a_first_step_without_memory_by_hand():
    (value,) = path(lambda layers: Adadelta(layers, decay_rate=0.0, eps=16.0), [3.0])
    assert value == pytest.approx(START - 4.0 / 5.0 * 3.0, rel=RTOL)


def test_a_share_outside_its_range_is_refused():
    with pytest.raises(
        ValueError, match=r"^Adadelta: decay_rate must be in \[0, 1\), "
    ):
        Adadelta([], decay_rate=1.0)


def test_an_eps_of_zero_is_refused_because_nothing_would_ever_move():
    with pytest.raises(ValueError, match=r"^Adadelta: eps must be positive, got 0\.0$"):
        Adadelta([], eps=0.0)
