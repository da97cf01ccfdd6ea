from math import sqrt

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.optimizers.adam import Adam
from tests.reference.optimizers.paths import GRADIENTS, RTOL, START, path

LR, BETA1, BETA2, EPS = 0.05, 0.8, 0.9, 0.1


def printed(place="outside", corrected=True, rate=LR):
    w, m, v = START, 0.0, 0.0
    for t, g in enumerate(GRADIENTS, start=1):
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g * g
        m_hat = m / (1 - BETA1**t) if corrected else m
        v_hat = v / (1 - BETA2**t) if corrected else v
        divisor = {
            "outside": sqrt(v_hat) + EPS,
            "inside": sqrt(v_hat + EPS),
            "none": sqrt(v_hat),
        }[place]
        w = w - rate * m_hat / divisor
        yield w


@pytest.mark.parametrize("corrected", [True, False])
@pytest.mark.parametrize("place", ["outside", "inside", "none"])
def test_each_convention_is_the_rule_as_printed(place, corrected):
    found = path(lambda layers: Adam(layers, LR, BETA1, BETA2, EPS, place, corrected))
    np.testing.assert_allclose(found, list(printed(place, corrected)), rtol=RTOL)


def test_penn_prints_neither_correction_nor_eps_nor_rate():
    # CIS 4190/5190, lecture 12: beta <- beta - M / sqrt(G).
    w, m, v, expected = START, 0.0, 0.0, []
    for g in GRADIENTS:
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g * g
        w = w - m / sqrt(v)
        expected.append(w)
    for lr in (0.05, 3.0):
        found = path(
            lambda layers, lr=lr: Adam(
                layers,
                lr,
                BETA1,
                BETA2,
                eps_place="none",
                bias_correction=False,
                step_size="none",
            )
        )
        np.testing.assert_allclose(found, expected, rtol=RTOL)


@pytest.mark.parametrize("gradient", [1e-100, -3.0, 1e100])
def test_the_correction_makes_the_first_step_as_long_as_the_rate(gradient):
    (value,) = path(lambda layers: Adam(layers, 0.5, eps_place="none"), [gradient])
    assert abs(value - START) == pytest.approx(0.5, rel=1e-12)


def test_a_constant_gradient_is_followed_at_the_rate_forever():
    found = path(lambda layers: Adam(layers, 0.5, eps_place="none"), [2.0] * 6)
    np.testing.assert_allclose(found, START - 0.5 * np.arange(1, 7), atol=1e-12)


def test_without_eps_zero_gradients_move_nothing():
    assert (
        path(lambda layers: Adam(layers, 0.5, eps_place="none"), [0.0] * 3)
        == [START] * 3
    )


@pytest.mark.parametrize("name", ["beta1", "beta2"])
def test_a_beta_outside_its_range_is_refused(name):
    with pytest.raises(ValueError, match=rf"^Adam: {name} must be in \[0, 1\), got 1"):
        Adam([], LR, **{name: 1})


def test_a_correction_that_is_neither_true_nor_false_is_refused():
    with pytest.raises(ConventionError) as caught:
        Adam([], LR, bias_correction="none")
    assert str(caught.value) == (
        "Adam: bias_correction must be true or false, got 'none'"
    )


def test_an_unknown_step_size_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError) as caught:
        Adam([], LR, step_size="alpha")
    assert str(caught.value) == "Adam: step_size must be one of lr, none, got 'alpha'"
