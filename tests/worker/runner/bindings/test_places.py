"""Where objects keep their values, and what is said where they do not."""

from types import SimpleNamespace

import numpy as np
import pytest

from worker.runner.bindings.places import Bare, Place, Places, stand_in
from worker.runner.faults import MissingError, WrongShapeError

VALUE = np.arange(6.0).reshape(2, 3)
PATHS = {
    "W": [["attribute", "W"]],
    "params['W']": [["attribute", "params"], ["entry", "W"]],
    "params[1]": [["attribute", "params"], ["entry", 1]],
    "params()['W'].grad": [
        ["attribute", "params"],
        ["call"],
        ["entry", "W"],
        ["attribute", "grad"],
    ],
}


@pytest.mark.parametrize("text", PATHS)
def test_what_is_planted_is_read_and_set_in_place(text: str) -> None:
    place, thing = Place(PATHS[text]), Bare()
    place.plant(thing, np.zeros((2, 3)))
    held = place.read(thing, "Thing")

    place.put(thing, "Thing", VALUE)

    assert place.text("Thing") == f"Thing.{text}"
    assert place.read(thing, "Thing") is held
    np.testing.assert_array_equal(held, VALUE)


@pytest.mark.parametrize("text", ["W", "params['W']", "params[1]"])
def test_a_number_of_another_type_is_replaced_and_keeps_its_other_names(
    text: str,
) -> None:
    place, thing = Place(PATHS[text]), Bare()
    whole = np.zeros((2, 3), dtype=int)
    place.plant(thing, whole)
    thing.also = whole

    place.put(thing, "Thing", VALUE)

    assert place.read(thing, "Thing") is thing.also
    np.testing.assert_array_equal(thing.also, VALUE)


def test_two_values_in_one_list_are_planted_beside_each_other() -> None:
    thing = Bare()
    for at in (1, 0):
        Place([["attribute", "params"], ["entry", at]]).plant(thing, at)

    assert thing.params == [0, 1]


@pytest.mark.parametrize(
    ("thing", "text", "sentence"),
    [
        ({}, "W", "Thing has no attribute W."),
        ({"params": None}, "params['W']", "Thing.params is None; expected a dict."),
        ({"params": []}, "params['W']", "Thing.params is a list; expected a dict."),
        ({"params": {"V": 1}}, "params['W']", "has no entry 'W'; it holds 'V'."),
        ({"params": {"V": 1}}, "params[1]", "has no entry 1; it holds 'V'."),
        ({"params": [7]}, "params[1]", "params has no entry 1; it holds 1 value."),
        ({"params": 7}, "params[1]", "Thing.params is an int; expected a list."),
        ({"params": {}}, "params()['W'].grad", "params is a dict; expected a method."),
        (
            {"params": lambda: {"W": 1}},
            "params()['W'].grad",
            "Thing.params()['W'] has no attribute grad.",
        ),
    ],
)
def test_a_step_that_leads_nowhere_is_said(thing, text: str, sentence: str) -> None:
    with pytest.raises(MissingError) as raised:
        Place(PATHS[text]).read(SimpleNamespace(**thing), "Thing")

    assert str(raised.value).endswith(sentence)


def test_what_the_constructor_left_empty_or_misshapen_is_said() -> None:
    place = Place(PATHS["W"])

    with pytest.raises(WrongShapeError, match=r"Thing\.W is None after the constr"):
        place.put(SimpleNamespace(W=None), "Thing", VALUE)
    with pytest.raises(WrongShapeError, match=r"shape \(3,\); expected \(2, 3\)"):
        place.put(SimpleNamespace(W=np.zeros(3)), "Thing", VALUE)


def test_a_tuple_that_cannot_be_changed_is_said() -> None:
    thing = SimpleNamespace(params=(1, np.zeros((2, 3), dtype=int)))

    with pytest.raises(MissingError, match=r"Thing\.params\[1\] cannot be set\."):
        Place(PATHS["params[1]"]).put(thing, "Thing", VALUE)


def test_a_layer_of_ours_has_both_dicts_where_nothing_is_declared() -> None:
    layer = Bare()

    stand_in(layer, {"weight": VALUE, "grad_weight": -VALUE}, Places({}))

    assert list(layer.params) == list(layer.grads) == ["weight"]
    np.testing.assert_array_equal(layer.grads["weight"], -VALUE)


def test_a_layer_of_ours_has_only_what_is_declared() -> None:
    layer = Bare()
    declared = {"weight": PATHS["W"], "grad_weight": PATHS["params[1]"]}

    stand_in(
        layer,
        {"weight": VALUE, "grad_weight": -VALUE},
        Places({"attributes": declared}),
    )

    assert sorted(vars(layer)) == ["W", "params"]
