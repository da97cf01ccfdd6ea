import numpy as np
import pytest

from grader.checks.diagnosis import diagnose
from grader.checks.dialects import choices, from_dialect
from grader.checks.sightings import EXACT
from reference import operations
from reference.operations import Family, create
from tests.checks.sighted import seen


def speaking(name: str, **other):
    """Return a student who has another convention throughout."""
    return lambda operation, arrays: create(name, **other).answer(arrays)


@pytest.mark.parametrize(
    ("name", "other", "quantity", "sentence"),
    [
        (
            "mean_squared_error",
            {"scaling": "half_sum"},
            "grad_predictions",
            "right for half the sum of the squares; this assignment asks for the mean "
            "of the squares",
        ),
        (
            "conv2d",
            {"kind": "convolution"},
            "out",
            "right for a kernel that is flipped; this assignment asks for a kernel "
            "that is not flipped",
        ),
        (
            "batch_norm",
            {"eps_inside": False},
            "grad_x",
            "right for eps outside the square root; this assignment asks for eps "
            "inside the square root",
        ),
        (
            "gru_cell",
            {"update": "keeps_new"},
            "next_h",
            "right for an update gate that lets the new state in; this assignment asks "
            "for an update gate that keeps the old state",
        ),
    ],
)
def test_another_convention_is_recognised(name, other, quantity, sentence) -> None:
    sightings = seen(create(name), speaking(name, **other))

    found = from_dialect(sightings, quantity, EXACT)

    assert found is not None
    assert found.sentence == sentence


def test_a_known_mistake_keeps_its_name_and_mentions_the_convention() -> None:
    student = speaking("softmax_cross_entropy", reduction="sum")
    sightings = seen(create("softmax_cross_entropy"), student)

    found = diagnose(sightings, "grad_logits")

    assert found is not None
    assert found.id.startswith("M")
    assert found.hint.startswith(
        "These numbers would be right for a sum; this assignment asks for a mean. "
    )


def test_where_the_library_has_no_entry_the_convention_is_the_diagnosis() -> None:
    summed = create("mean_squared_error", scaling="sum")
    student = speaking("mean_squared_error", scaling="half_example_mean")

    found = diagnose(seen(summed, student), "loss")

    assert found is not None
    assert found.id == "convention"
    assert "half the sum of squares per example" in found.title
    assert "handout" in found.hint


@pytest.mark.parametrize(
    ("name", "other", "axes", "sentence"),
    [
        (
            "upsample",
            {"dimensions": 2},
            (0, 2, 3, 1),
            "right for channels on the last axis; this assignment asks for channels "
            "on axis 1",
        ),
        (
            "softmax",
            {},
            (1, 0),
            "right for examples in columns; this assignment asks for examples in rows",
        ),
    ],
)
def test_code_that_takes_the_axes_for_others_is_recognised(
    name, other, axes, sentence
) -> None:
    back = np.argsort(axes)

    def student(operation, arrays):
        taken = {"x": arrays["x"].transpose(back)}
        return {"out": operation.answer(taken)["out"].transpose(axes)}

    found = from_dialect(seen(create(name, **other), student), "out", EXACT)

    assert found is not None
    assert found.sentence == sentence


def test_where_every_layout_gives_the_same_nothing_is_claimed() -> None:
    operation = create("relu")

    def student(one, arrays):
        return {"out": one.answer({"x": arrays["x"].T})["out"].T}

    assert from_dialect(seen(operation, student), "out", EXACT) is None


@pytest.mark.parametrize("name", operations.names())
def test_right_answers_speak_no_dialect(name: str) -> None:
    for conventions in type(create(name)).example_conventions[:2]:
        operation = create(name, **conventions)
        if operation.family is Family.INITIALIZER:
            continue
        sightings = seen(operation, lambda one, arrays: {})
        for quantity in operation.quantities:
            assert diagnose(sightings, quantity) is None, (conventions, quantity)


def test_conventions_list_their_own_choices() -> None:
    assert choices("softmax_cross_entropy", "reduction") == ("mean", "sum")
    assert choices("batch_norm", "affine") == (True, False)
    assert choices("l2_penalty", "subset") == ()
    assert choices("layer_norm", "eps") == ()


def test_a_convention_that_takes_anything_lists_nothing(monkeypatch) -> None:
    monkeypatch.setattr(operations, "create", lambda name, **conventions: None)

    assert choices.__wrapped__("relu", "slope") == ()


def test_every_word_that_the_tests_use_as_a_convention_is_a_listed_choice() -> None:
    for name in operations.names():
        for conventions in type(create(name)).example_conventions:
            for convention, value in conventions.items():
                listed = choices(name, convention)
                if listed and isinstance(value, (str, bool)):
                    assert value in listed, (name, convention)
