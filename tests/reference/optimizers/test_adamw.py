from math import sqrt

import numpy as np
import pytest

from reference.optimizers.adam import Adam
from reference.optimizers.adamw import AdamW
from tests.reference.optimizers.paths import GRADIENTS, RTOL, START, path

LR, DECAY, BETA1, BETA2, EPS = 0.05, 0.5, 0.8, 0.9, 0.1


def printed(decay_on_gradient=0.0, decay_on_parameter=0.0):
    w, m, v = START, 0.0, 0.0
    for t, g in enumerate(GRADIENTS, start=1):
        total = g + decay_on_gradient * w
        m = BETA1 * m + (1 - BETA1) * total
        v = BETA2 * v + (1 - BETA2) * total * total
        m_hat, v_hat = m / (1 - BETA1**t), v / (1 - BETA2**t)
        w = w - LR * (m_hat / (sqrt(v_hat) + EPS) + decay_on_parameter * w)
        yield w


def found(decay):
    return path(lambda layers: AdamW(layers, LR, decay, BETA1, BETA2, EPS))


def test_the_decay_acts_on_the_parameter_and_not_on_the_averages():
    expected = list(printed(decay_on_parameter=DECAY))
    np.testing.assert_allclose(found(DECAY), expected, rtol=RTOL)


def test_a_coupled_decay_leads_elsewhere():
    coupled = list(printed(decay_on_gradient=DECAY))
    assert abs(coupled[-1] - found(DECAY)[-1]) > 0.01


def test_without_decay_it_is_adam():
    assert found(0.0) == path(lambda layers: Adam(layers, LR, BETA1, BETA2, EPS))


def test_without_gradients_the_parameter_shrinks_by_the_same_share_each_step():
    values = path(lambda layers: AdamW(layers, 0.5, 0.5), [0.0] * 3)
    assert values == [START * 0.75, START * 0.75**2, START * 0.75**3]


def test_a_decay_below_zero_is_refused():
    with pytest.raises(
        ValueError, match=r"^AdamW: weight_decay must be at least 0, got -0\.5$"
    ):
        AdamW([], LR, -0.5)
