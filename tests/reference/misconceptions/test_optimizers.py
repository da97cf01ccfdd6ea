"""Wrong steps of optimizers, worked out for one number."""

import numpy as np
import pytest

from reference.misconceptions.adadelta import AdadeltaRule
from reference.misconceptions.adagrad import AdagradRule
from reference.misconceptions.adamw import AdamWRule
from reference.misconceptions.moments import MomentRule
from reference.misconceptions.nadam import NadamRule
from reference.misconceptions.nesterov import NesterovRule
from reference.misconceptions.paths import replayed
from reference.misconceptions.rmsprop import RMSPropRule
from reference.misconceptions.sgd import SGDRule
from reference.operations import create
from tests.reference.misconceptions.finding import wrong

RULES = {
    "adadelta": AdadeltaRule,
    "adagrad": AdagradRule,
    "adam": MomentRule,
    "adamw": AdamWRule,
    "nadam": NadamRule,
    "nesterov": NesterovRule,
    "rmsprop": RMSPropRule,
    "sgd": SGDRule,
}
PAPER = {"lr": 0.5, "beta1": 0.9, "beta2": 0.999, "eps": 1e-12}


@pytest.mark.parametrize(
    ("name", "conventions"),
    [
        (name, conventions)
        for name in RULES
        for conventions in type(create(name)).example_conventions
    ],
)
def test_a_rule_without_a_mistake_takes_the_right_path(name, conventions):
    operation = create(name, **conventions)
    arrays = operation.draw(np.random.default_rng(3))
    right, found = operation.answer(arrays), replayed(RULES[name])(operation, arrays)
    for parameter, path in right.items():
        np.testing.assert_allclose(found[parameter], path, rtol=1e-12)


def steps(name, number, formula="", *, gradients=(3.0,), start=0.0, **conventions):
    """Return how far a wrong rule moves one number with each gradient."""
    path = wrong(
        name,
        number,
        formula,
        conventions=conventions,
        weight=[[start]],
        bias=[start],
        grad_weight=[[[gradient]] for gradient in gradients],
        grad_bias=[[gradient] for gradient in gradients],
    )["bias"]
    return np.diff([start, *(value for (value,) in path)])


@pytest.mark.parametrize(
    ("number", "formula", "ratio"),
    [
        ("M129", "", 10**0.5),  # 0.1 over the root of 0.001
        ("M130", "V = v", 1000**0.5),
        ("M130", "M = m", 0.1),
        ("M131", "", (0.1 / 0.19) / (0.001 / 0.001999) ** 0.5),
        ("M132", "", 1.0),
        ("M133", "", 1.0),
        ("M134", "", 0.1**0.5),
        ("M147", "", -1.0),
    ],
)
def test_the_first_step_of_adam_is_off_by_a_known_ratio(number, formula, ratio):
    (step,) = steps("adam", number, formula, **PAPER)
    assert step / -0.5 == pytest.approx(ratio, rel=1e-6)


@pytest.mark.parametrize(
    ("number", "ratio"),
    [
        # Both averages grow with a constant gradient, their corrections do not.
        ("M132", (0.19 / 0.1) / (0.001999 / 0.001) ** 0.5),
        # Both start the second step as if they were complete.
        ("M133", (1 / 0.19) / (1 / 0.001999) ** 0.5),
    ],
)
def test_the_second_step_of_adam_shows_what_the_first_hides(number, ratio):
    found = steps("adam", number, gradients=[3.0, 3.0], **PAPER)
    assert found[1] / -0.5 == pytest.approx(ratio, rel=1e-6)


def test_a_counter_for_every_parameter_gives_the_second_one_even_numbers():
    given = {
        "weight": [[0.0]],
        "bias": [0.0],
        "grad_weight": [[[3.0]]] * 2,
        "grad_bias": [[3.0]] * 2,
    }
    found = wrong("adam", "M224", conventions=PAPER, **given)
    late = wrong("adam", "M131", conventions=PAPER, **given)
    assert found["weight"][0][0][0] == pytest.approx(-0.5)
    assert found["bias"][0] == late["bias"][0]


def test_exchanged_decay_rates_shorten_the_first_step_of_rmsprop_to_a_third():
    chosen = {"lr": 0.5, "decay_rate": 0.9, "eps": 1e-12}
    (step,) = steps("rmsprop", "M136", **chosen)
    assert step / (-0.5 / 0.1**0.5) == pytest.approx(1 / 3)


def test_eps_that_joins_the_whole_fraction_is_subtracted_from_the_parameter():
    chosen = {"lr": 0.5, "eps": 0.25}
    (step,) = steps("adagrad", "M135", "/ sqrt(S) + eps)", **chosen)
    assert step == pytest.approx(-0.5 - 0.25)


def test_adagrad_without_a_memory_takes_steps_of_one_length():
    found = steps("adagrad", "M138", gradients=[3.0, 1.0], lr=0.5, eps=1e-12)
    np.testing.assert_allclose(found, [-0.5, -0.5])


def test_adadelta_without_eps_above_never_moves():
    assert steps("adadelta", "M135", "sqrt(X) / sqrt(E + eps)").tolist() == [0.0]


@pytest.mark.parametrize(
    ("formula", "steps_of_two"),
    [
        # With mu = 0.5 and gradients of 1 the velocity is -1, then -1.5.
        ("w + v in place", [-1.0, -1.5]),
        ("w = w + (1 + mu)*v", [-1.5, -2.25]),
    ],
)
def test_nesterov_without_its_look_ahead(formula, steps_of_two):
    chosen = {"lr": 1.0, "momentum": 0.5}
    found = steps("nesterov", "M145", formula, gradients=[1.0, 1.0], **chosen)
    np.testing.assert_allclose(found, steps_of_two)


@pytest.mark.parametrize(
    ("number", "formula", "after"),
    [
        ("M60", "", 8.0 * (1 - 2 * 0.5 * 0.25)),
        ("M228", "", 8.0 * (1 + 0.5 * 0.25)),
        ("M66", "w - weight_decay*w", 8.0 * (1 - 0.25)),
        ("M62", "", 8.0),
        ("M146", "without the decay", 8.0),
    ],
)
@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_a_decay_without_a_gradient(name, number, formula, after):
    chosen = {"lr": 0.5, "weight_decay": 0.25}
    if name == "sgd":
        chosen["decay"] = "coupled"
    found = steps(name, number, formula, gradients=[0.0], start=8.0, **chosen)
    assert 8.0 + found[0] == after


def test_a_coupled_decay_passes_through_the_averages_of_adam():
    chosen = {"lr": 0.5, "weight_decay": 0.25, "eps": 1e-12}
    found = steps(
        "adamw", "M66", "with a penalty", gradients=[0.0], start=8.0, **chosen
    )
    assert found[0] == pytest.approx(-0.5)


def test_a_rate_of_a_tenth_used_twice_goes_by_the_name_of_the_habitual_rate():
    given = {"weight": [[1.0]], "bias": [1.0]}
    given |= {"grad_weight": [[[1.0]]], "grad_bias": [[1.0]]}
    assert wrong("sgd", "M141", conventions={"lr": 0.1}, **given) == {}
    found = wrong("sgd", "M141", conventions={"lr": 0.5}, **given)
    assert found == {"weight": [[[0.75]]], "bias": [[0.75]]}


@pytest.mark.parametrize(
    ("number", "formula"),
    [
        ("M139", "v = -mu*v - lr*g"),
        ("M139", "mu*p + (1 + mu)*v"),
        ("M140", ""),
        ("M145", "w + v in place"),
        ("M145", "w = w + (1 + mu)*v"),
    ],
)
def test_without_momentum_nesterov_has_nothing_to_look_ahead_with(number, formula):
    operation = create("nesterov", momentum=0.0)
    arrays = operation.draw(np.random.default_rng(0))
    assert (
        wrong("nesterov", number, formula, conventions={"momentum": 0.0}, **arrays)
        == {}
    )
