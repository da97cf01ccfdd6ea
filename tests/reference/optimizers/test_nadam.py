from math import sqrt

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.optimizers.nadam import Nadam
from tests.reference.optimizers.paths import GRADIENTS, RTOL, START, path

LR, BETA1, BETA2, PSI, EPS = 0.05, 0.8, 0.9, 2.0, 0.1


def momentum(t):
    return BETA1 * (1 - 0.5 * 0.96 ** (t * PSI))


def scheduled(m, g, t):
    so_far = 1.0
    for i in range(1, t + 1):
        so_far *= momentum(i)
    next_one = momentum(t + 1)
    return next_one * m / (1 - so_far * next_one) + (1 - momentum(t)) * g / (1 - so_far)


def constant(m, g, t):
    m_hat = m / (1 - BETA1**t)
    return BETA1 * m_hat + (1 - BETA1) * g / (1 - BETA1**t)


@pytest.mark.parametrize("place", ["outside", "inside", "none"])
@pytest.mark.parametrize(
    ("form", "direction"), [("scheduled", scheduled), ("constant", constant)]
)
def test_each_form_is_the_rule_as_printed(form, direction, place):
    w, m, v, printed = START, 0.0, 0.0, []
    for t, g in enumerate(GRADIENTS, start=1):
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g * g
        v_hat = v / (1 - BETA2**t)
        divisor = {
            "outside": sqrt(v_hat) + EPS,
            "inside": sqrt(v_hat + EPS),
            "none": sqrt(v_hat),
        }[place]
        w = w - LR * direction(m, g, t) / divisor
        printed.append(w)
    found = path(lambda layers: Nadam(layers, LR, BETA1, BETA2, PSI, EPS, place, form))
    np.testing.assert_allclose(found, printed, rtol=RTOL)


def test_the_present_gradient_weighs_more_than_in_adam():
    (value,) = path(
        lambda layers: Nadam(layers, 0.5, 0.5, eps_place="none", form="constant"), [2.0]
    )
    assert value == pytest.approx(START - 0.75, rel=RTOL)


def test_a_momentum_decay_below_zero_is_refused():
    with pytest.raises(
        ValueError, match=r"^Nadam: momentum_decay must be at least 0, got -1\.0$"
    ):
        Nadam([], LR, momentum_decay=-1.0)


def test_an_unknown_form_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError) as caught:
        Nadam([], LR, form="ruder")
    assert str(caught.value) == (
        "Nadam: form must be one of scheduled, constant, got 'ruder'"
    )
