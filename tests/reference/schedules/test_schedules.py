"""Each schedule against its formula, and what all of them refuse."""

import math

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.linear import Linear
from reference.optimizers.sgd import SGD
from reference.schedules.constant_rate import ConstantRate
from reference.schedules.cosine import Cosine
from reference.schedules.exponential_decay import ExponentialDecay
from reference.schedules.step_decay import StepDecay
from reference.schedules.warm_up import WarmUp

RTOL = 1e-14
ONE_OF_EACH = (
    ConstantRate(0.5),
    StepDecay(0.5, 0.25, 2),
    ExponentialDecay(0.5, 0.25),
    Cosine(0.5, 4),
    WarmUp(ConstantRate(0.5), 4),
)
every_schedule = pytest.mark.parametrize(
    "schedule", ONE_OF_EACH, ids=lambda schedule: type(schedule).__name__
)


def rates(schedule, count):
    return [schedule.rate(step) for step in range(count)]


@every_schedule
def test_a_rate_is_a_python_number_even_for_a_step_from_an_array(schedule):
    rate = schedule.rate(np.array([3])[0])
    assert type(rate) is float
    assert rate == schedule.rate(3)


@every_schedule
@pytest.mark.parametrize("step", [-1, 1.0, True, "3"])
def test_a_step_that_is_no_count_is_refused(schedule, step):
    with pytest.raises(ValueError, match="step must be an integer") as caught:
        schedule.rate(step)
    assert str(caught.value) == (
        f"{type(schedule).__name__}: step must be an integer of at least 0, "
        f"got {step!r}"
    )


@every_schedule
def test_an_optimizer_takes_the_rates(schedule):
    layer, expected = Linear(1, 1), 0.0
    layer.grads = {"weight": np.array([[1.0]]), "bias": np.array([2.0])}
    optimizer = SGD([layer], 1.0)
    for step in range(6):
        optimizer.lr = schedule.rate(step)
        optimizer.step()
        expected -= schedule.rate(step)
    assert float(layer.params["weight"][0, 0]) == pytest.approx(expected, rel=RTOL)


def test_a_constant_rate_never_changes():
    assert rates(ConstantRate(0.5), 4) == [0.5] * 4


def test_step_decay_multiplies_once_after_every_few_steps():
    expected, rate = [], 0.5
    for step in range(12):
        if step > 0 and step % 5 == 0:
            rate *= 0.25
        expected.append(rate)
    assert rates(StepDecay(0.5, 0.25, 5), 12) == expected


def test_exponential_decay_multiplies_after_every_step():
    expected, rate = [], 0.5
    for _ in range(8):
        expected.append(rate)
        rate *= 0.25
    assert rates(ExponentialDecay(0.5, 0.25), 8) == expected


def test_exponential_decay_over_several_steps_meets_step_decay_at_their_ends():
    smooth, stepped = ExponentialDecay(0.5, 0.25, every=3), StepDecay(0.5, 0.25, 3)
    for step in (0, 3, 6):
        assert smooth.rate(step) == stepped.rate(step)
    assert smooth.rate(2) == pytest.approx(0.5 * 0.25 ** (2 / 3), rel=RTOL)


def test_natural_decay_is_the_formula_of_cs231n():
    # The notes print alpha_0 times e to the power of -k*t.
    found = rates(ExponentialDecay(0.5, 0.3, form="natural"), 6)
    np.testing.assert_allclose(
        found, [0.5 * math.exp(-0.3 * t) for t in range(6)], rtol=RTOL
    )
    slower = ExponentialDecay(0.5, 0.6, every=2, form="natural")
    np.testing.assert_allclose(found, rates(slower, 6), rtol=RTOL)


def cosine(step):
    return 0.1 + 0.5 * (0.5 - 0.1) * (1 + math.cos(math.pi * step / 4))


@pytest.mark.parametrize(
    ("after", "places"),
    [
        ("hold", [0, 1, 2, 3, 4, 4, 4, 4, 4, 4]),
        ("restart", [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]),
        ("rise", [0, 1, 2, 3, 4, 3, 2, 1, 0, 1]),
    ],
)
def test_a_cosine_does_afterwards_what_it_is_told(after, places):
    expected = [cosine(place) for place in places]
    found = rates(Cosine(0.5, 4, 0.1, after), 10)
    np.testing.assert_allclose(found, expected, rtol=RTOL)


def test_a_cosine_begins_at_the_full_rate_and_ends_at_the_minimum():
    found = rates(Cosine(0.5, 4, 0.1), 5)
    assert found[0] == 0.5
    assert found[2] == pytest.approx(0.3, rel=RTOL)
    assert found[4] == 0.1


def test_a_warm_up_rises_in_a_straight_line_and_stays():
    assert rates(WarmUp(ConstantRate(0.5), 4), 6) == [0.0, 0.125, 0.25, 0.375, 0.5, 0.5]


def test_a_warm_up_may_begin_above_zero():
    found = rates(WarmUp(ConstantRate(0.5), steps=3, start=0.25), 5)
    assert found == [0.125, 0.25, 0.375, 0.5, 0.5]


def test_the_other_schedule_begins_after_the_warm_up():
    then = StepDecay(0.5, 0.5, 1)
    found = rates(WarmUp(then, 2), 5)
    assert found == [0.0, 0.25, 0.5, 0.25, 0.125]


def test_the_other_schedule_may_share_the_count():
    then = StepDecay(0.5, 0.5, 1)
    found = rates(WarmUp(then, 2, clock="shared"), 5)
    assert found == [0.0, 0.125, 0.125, 0.0625, 0.03125]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: ConstantRate(0.0), "ConstantRate: lr must be positive, got 0.0"),
        (
            lambda: ConstantRate(math.inf),
            "ConstantRate: lr must be positive, got inf",
        ),
        (
            lambda: StepDecay(0.5, 0.0, 2),
            "StepDecay: factor must be in (0, 1], got 0.0",
        ),
        (
            lambda: StepDecay(0.5, 1.5, 2),
            "StepDecay: factor must be in (0, 1], got 1.5",
        ),
        (
            lambda: StepDecay(0.5, 0.5, 0),
            "StepDecay: every must be an integer of at least 1, got 0",
        ),
        (
            lambda: StepDecay(0.5, 0.5, 2.5),
            "StepDecay: every must be an integer of at least 1, got 2.5",
        ),
        (
            lambda: ExponentialDecay(0.5, 1.5),
            "ExponentialDecay: decay must be in (0, 1], got 1.5",
        ),
        (
            lambda: ExponentialDecay(0.5, -1.0, form="natural"),
            "ExponentialDecay: decay must be positive, got -1.0",
        ),
        (lambda: Cosine(0.5, 4, 0.75), "Cosine: minimum must be in [0, 0.5], got 0.75"),
        (
            lambda: Cosine(0.5, 0),
            "Cosine: steps must be an integer of at least 1, got 0",
        ),
        (
            lambda: WarmUp(ConstantRate(0.5), 4, start=1.5),
            "WarmUp: start must be in [0, 1], got 1.5",
        ),
    ],
)
def test_a_number_outside_its_range_is_refused(make, sentence):
    with pytest.raises(ValueError, match="must be") as caught:
        make()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: ExponentialDecay(0.5, 0.5, form="base"),
            "ExponentialDecay: form must be one of factor, natural, got 'base'",
        ),
        (
            lambda: Cosine(0.5, 4, after="stop"),
            "Cosine: after must be one of hold, restart, rise, got 'stop'",
        ),
        (
            lambda: WarmUp(ConstantRate(0.5), 4, clock="own"),
            "WarmUp: clock must be one of restarted, shared, got 'own'",
        ),
    ],
)
def test_an_unknown_convention_is_refused_with_the_known_ones(make, sentence):
    with pytest.raises(ConventionError) as caught:
        make()
    assert str(caught.value) == sentence
