"""Known mistakes are held against the inputs that an assignment draws."""

import numpy as np
import pytest

from grader.assignments import load_files
from grader.validation.screening import CLEAR, DRAWS, screened

HEAD = 'format = 1\nslug = "t"\ntitle = "T"\n[submission]\nentry = "t.py"\n'
CHECK = '[[check]]\nid = "interface"\nkind = "interface"\npoints = 1\n'


def component(operation, rest=""):
    return f'[[component]]\nname = "Part"\noperation = "{operation}"\n{rest}\n'


def found(*parts, draws=4):
    text = "".join((HEAD, *parts))
    loaded = load_files({"assignment.toml": text.encode()})
    return list(screened(loaded, draws))


@pytest.mark.parametrize(
    "operation", ["linear", "relu", "softmax_cross_entropy", "adam", "max_pool2d"]
)
def test_the_default_conventions_show_every_known_mistake_on_every_draw(operation):
    every = found(component(operation), CHECK)
    assert len(every) > 8
    assert {one.visible for one in every} == {1.0}
    assert all(one.least > CLEAR and one.is_clear for one in every)
    assert {one.reason for one in every} == {""}


def test_by_default_at_least_twenty_inputs_are_drawn():
    assert DRAWS >= 20
    every = found(component("sgd"), CHECK, draws=DRAWS)
    assert {one.draws for one in every} == {DRAWS}


def test_a_mistake_about_the_batch_does_not_show_on_one_example():
    one_at_a_time = (
        "[component.arrays.x]\naxes = [1]\n[component.arrays.out]\naxes = [1]\n"
    )
    every = found(component("linear", one_at_a_time), CHECK)
    blind = {one.id: one for one in every if not one.visible}
    assert "M03" in blind
    assert blind["M03"].least < CLEAR
    assert "gives the right numbers on every drawn input" in blind["M03"].reason


def test_a_small_eps_brings_its_place_closer_to_the_right_answer():
    def place_of_eps(eps):
        convention = f"convention = {{ eps = {eps} }}"
        every = found(component("layer_norm", convention), CHECK)
        (without,) = (one for one in every if one.formula == "(x - mean) / sqrt(var)")
        return without.least

    assert place_of_eps(1e-5) < place_of_eps(0.1) / 1e3


def test_the_settings_of_a_replay_are_used():
    replay = (
        '[[check]]\nid = "steps"\nkind = "optimizer"\ncomponent = "Part"\npoints = 1\n'
        "settings = { lr = 0.2, momentum = 0.8 }\nsteps = 5\n"
    )
    swapped = "v = (1 - mu)*v - lr*g"
    told = {one.formula for one in found(component("momentum"), replay)}
    # A share of one half is its own complement: the mistake cannot be made.
    half = replay.replace("0.8", "0.5")
    assert swapped in told
    assert swapped not in {one.formula for one in found(component("momentum"), half)}


def test_a_mistake_on_few_draws_only_is_said_to_be_so(monkeypatch):
    from grader.validation import screening

    plain, seen = screening._distance, iter(np.arange(10**6))

    def sometimes(*arguments):
        return plain(*arguments) if next(seen) % 2 else 0.0

    monkeypatch.setattr(screening, "_distance", sometimes)
    first = found(component("sgd"), CHECK)[0]
    assert first.visible == 0.5
    assert first.reason.startswith("2 of 4 draws give nearly the right numbers")


def test_custom_layers_and_initialisers_are_left_out():
    custom = component(
        "custom",
        '[component.convention]\ninputs = { x = ["N", "D"] }\n'
        'outputs = { out = ["N", "D"] }',
    )
    assert found(custom, CHECK) == []
    assert found(component("xavier"), CHECK) == []
