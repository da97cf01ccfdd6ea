from itertools import pairwise

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.linear import Linear
from reference.networks.sequential import Sequential
from reference.optimizers.momentum import Momentum
from reference.optimizers.nesterov import Nesterov
from tests.reference.optimizers.paths import GRADIENTS, RTOL, START, One, path

LR, MU, STEPS = 0.05, 0.75, 20


def slope(w):
    """Return the derivative of a function with two valleys."""
    return 4 * w**3 - 6 * w + 0.5


def walk(optimizer, layer, look):
    values = []
    for _ in range(STEPS):
        if look:
            optimizer.lookahead()
        layer.grads["w"] = slope(layer.params["w"])
        optimizer.step()
        values.append(layer.value)
    return values


def walked(form, look=True):
    layer = One()
    return walk(Nesterov([layer], LR, MU, form), layer, look)


def test_rewritten_is_the_rule_of_cs231n_as_printed():
    w, v, printed = START, 0.0, []
    for g in GRADIENTS:
        v_prev = v
        v = MU * v - LR * g
        w += -MU * v_prev + (1 + MU) * v
        printed.append(w)
    found = path(lambda layers: Nesterov(layers, LR, MU))
    np.testing.assert_allclose(found, printed, rtol=RTOL)


def test_rewritten_takes_the_path_of_pytorch_at_a_constant_rate():
    w, v, printed = START, 0.0, []
    for g in GRADIENTS:
        v = MU * v + g
        w = w - LR * (g + MU * v)
        printed.append(w)
    found = path(lambda layers: Nesterov(layers, LR, MU))
    np.testing.assert_allclose(found, printed, rtol=RTOL)


def test_lookahead_is_the_rule_of_penn_as_printed():
    # CIS 4190/5190, lecture 12: the gradient is taken at beta + mu*rho.
    beta, rho, printed = START, 0.0, []
    for _ in range(STEPS):
        g = slope(beta + MU * rho)
        rho = MU * rho - LR * g
        beta = beta + rho
        printed.append(beta)
    np.testing.assert_allclose(walked("lookahead"), printed, rtol=1e-10)


def test_rewritten_follows_the_look_ahead_points_of_the_other_form():
    values = pairwise([START, *walked("lookahead")])
    ahead = [after + MU * (after - before) for before, after in values]
    np.testing.assert_allclose(walked("rewritten"), ahead, rtol=1e-10)


def test_without_looking_ahead_it_is_plain_momentum_and_another_path():
    layer = One()
    plain = walk(Momentum([layer], LR, MU), layer, look=False)
    assert walked("lookahead", look=False) == plain
    assert abs(walked("lookahead")[2] - plain[2]) > 0.01


def test_given_gradients_lead_along_the_path_of_plain_momentum():
    ahead = path(lambda layers: Nesterov(layers, LR, MU, "lookahead"))
    assert ahead == path(lambda layers: Momentum(layers, LR, MU))


def test_before_the_first_step_there_is_nothing_to_look_ahead_to():
    layer = One()
    Nesterov([layer], LR, MU, "lookahead").lookahead()
    assert layer.value == START


def test_looking_ahead_twice_is_looking_ahead_once():
    layer = One()
    optimizer = Nesterov([layer], LR, MU, "lookahead")
    layer.grads["w"] = np.array([2.0])
    optimizer.step()
    there = layer.value
    for _ in range(2):
        optimizer.lookahead()
        ahead = there + MU * (there - START)
        assert layer.value == pytest.approx(ahead, rel=RTOL)


def test_a_network_looks_ahead_with_all_its_layers():
    network = Sequential([Linear(1, 2), Linear(2, 1)])
    alone = Linear(2, 1)
    optimizer = Nesterov([network], LR, MU, "lookahead")
    other = Nesterov([alone], LR, MU, "lookahead")
    for layer in (*network.layers, alone):
        layer.grads = {k: np.ones_like(v) for k, v in layer.params.items()}
    for chosen in (optimizer, other):
        chosen.step()
        chosen.lookahead()
    for name, parameter in network.layers[1].params.items():
        np.testing.assert_array_equal(parameter, alone.params[name])
        assert np.all(parameter == pytest.approx(-LR - MU * LR))


def test_rewritten_parameters_are_ahead_already():
    layer = One()
    optimizer = Nesterov([layer], LR, MU)
    layer.grads["w"] = np.array([2.0])
    optimizer.step()
    before = layer.value
    optimizer.lookahead()
    assert layer.value == before


def test_a_momentum_outside_its_range_is_refused():
    with pytest.raises(ValueError, match=r"^Nesterov: momentum must be in \[0, 1\), g"):
        Nesterov([], LR, 1.0)


def test_an_unknown_form_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError) as caught:
        Nesterov([], LR, MU, "polyak")
    assert str(caught.value) == (
        "Nesterov: form must be one of rewritten, lookahead, got 'polyak'"
    )
