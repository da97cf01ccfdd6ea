"""An assignment is told which known mistakes it would let through."""

from dataclasses import replace

import pytest

from grader import assignments
from grader.assignments import load_files
from grader.validation import known_mistakes as module
from grader.validation.known_mistakes import Fate, known_mistakes

HEAD = """
format = 1
slug = "under-test"
title = "Under test"
[submission]
entry = "mlp.py"
"""
FORWARD = """
[[check]]
id = "forward"
kind = "forward"
component = "Part"
points = 1
"""
BACKWARD = """
[[check]]
id = "backward"
kind = "backward"
component = "Part"
points = {points}
"""


def component(operation, convention="{}", construct="[]"):
    return f"""
[[component]]
name = "Part"
operation = "{operation}"
convention = {convention}
construct = {construct}
"""


def fates(*parts):
    loaded = load_files({"assignment.toml": "".join((HEAD, *parts)).encode()})
    return {(one.id, one.formula): one for one in known_mistakes(loaded)}


def test_with_points_for_every_quantity_nothing_survives():
    points = "{ grad_x = 1, grad_weight = 1, grad_bias = 1 }"
    found = fates(component("linear"), FORWARD, BACKWARD.format(points=points))
    assert len(found) > 8
    assert {one.fate for one in found.values()} == {Fate.CAUGHT}
    assert {one.reason for one in found.values()} == {""}


def test_a_quantity_without_points_lets_its_mistakes_survive():
    points = "{ grad_x = 1, grad_weight = 1 }"
    found = fates(component("linear"), FORWARD, BACKWARD.format(points=points))
    survivors = [one for one in found.values() if one.fate is Fate.SURVIVES]
    assert survivors
    for one in survivors:
        assert one.quantities == ("grad_bias",)
        assert one.reason == "no check with points judges grad_bias"
        assert one.caught_by == ()


def test_without_any_check_everything_survives():
    found = fates(component("relu"), FORWARD.replace("points = 1", "points = 0"))
    assert {one.fate for one in found.values()} == {Fate.SURVIVES}
    assert {one.reason for one in found.values()} == {
        "no check with points judges this component by itself"
    }


def test_overflow_survives_until_large_inputs_are_judged():
    backward = BACKWARD.format(points="1")
    without = fates(component("sigmoid"), FORWARD, backward)
    (survivor,) = [one for one in without.values() if one.fate is Fate.SURVIVES]
    assert survivor.reason == "no check with points judges large inputs"
    stability = FORWARD.replace('"forward"', '"stability"')
    judged = fates(component("sigmoid"), FORWARD, backward, stability)
    assert {one.fate for one in judged.values()} == {Fate.CAUGHT}


def test_what_the_convention_asks_for_is_no_mistake():
    loss = FORWARD.replace('"forward"', '"loss"').replace(
        "points = 1", "points = { loss = 1, grad_logits = 1 }"
    )
    mean = fates(component("softmax_cross_entropy"), loss)
    summed = fates(component("softmax_cross_entropy", '{ reduction = "sum" }'), loss)
    assert "M01" in {number for number, _ in mean}
    assert "M01" not in {number for number, _ in summed}


def test_an_optimizer_is_judged_with_the_settings_of_its_check():
    check = FORWARD.replace('"forward"', '"optimizer"')
    found = fates(component("momentum", construct='["lr", "momentum"]'), check)
    assert len(found) > 5
    assert {one.fate for one in found.values()} == {Fate.CAUGHT}
    assert all(one.named for one in found.values())


def test_wrong_moments_of_an_initialiser_are_caught():
    check = FORWARD.replace('"forward"', '"initializer"').replace(
        "points = 1", "points = { mean = 1, variance = 1 }"
    )
    found = fates(component("kaiming"), check)
    assert found
    assert {one.fate for one in found.values()} == {Fate.CAUGHT}


def test_the_shipped_assignment_catches_all_but_what_it_leaves_to_the_student():
    loaded = assignments.load_folder(assignments.shipped("modular-mlp"))
    survivors = [one for one in known_mistakes(loaded) if one.fate is not Fate.CAUGHT]
    assert {one.reason for one in survivors} <= {
        "no check with points judges large inputs",
        "no check with points judges kinks and ties",
    }


def test_a_mistake_about_ties_is_caught_only_where_ties_are_judged():
    with_ties = FORWARD.replace('"forward"', '"subgradient"').replace(
        "points = 1", "points = { out = 1, grad_x = 1 }"
    )
    left_out = fates(component("max_pool2d"), FORWARD)
    judged = fates(component("max_pool2d"), with_ties)
    ties = [key for key in judged if key[0] in ("M105", "M106")]
    assert len(ties) == 2
    assert {judged[key].fate for key in ties} == {Fate.CAUGHT}
    assert {left_out[key].reason for key in ties} == {
        "no check with points judges kinks and ties"
    }


def test_a_mistake_that_only_some_inputs_show_is_said_to_be_so(monkeypatch):
    once = iter([True])
    plain = module._results

    def results(*arguments):
        found = plain(*arguments)
        keep = next(once, False)
        return found if keep else [replace(one, verdict="passed") for one in found]

    monkeypatch.setattr(module, "_results", results)
    points = FORWARD.replace('"forward"', '"optimizer"')
    found = fates(component("sgd", construct='["lr"]'), points)
    first = next(iter(found.values()))
    assert first.fate is Fate.SOMETIMES
    assert first.reason == "only some of the drawn inputs show it"


@pytest.mark.parametrize("kind", module.JUDGING)
def test_the_kinds_that_compare_numbers_exist(kind):
    from grader.checks import kinds

    assert kind in kinds()
