import numpy as np
import pytest

from grader.checks.presentation.arrangement import (
    AS_IT_IS,
    NEW,
    ONE_HOT,
    Arrangement,
    Presentation,
)
from reference.errors import ShapeError

CUBE = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    ("axes", "shape"),
    [
        ((1, 0, 2), (3, 2, 4)),
        ((2, 0, 1), (4, 2, 3)),
        ((NEW, 1, 2, 0), (1, 3, 4, 2)),
        ((2, NEW, NEW, 1, 0), (4, 1, 1, 3, 2)),
    ],
)
def test_axes_say_what_the_students_axes_are(axes, shape) -> None:
    look = Presentation(axes)

    shown = look.present(CUBE)

    assert shown.shape == shape
    index = tuple(0 if axis == NEW else axis + 1 for axis in axes)
    place = [index[axes.index(axis)] if axis in axes else 0 for axis in range(3)]
    assert shown[index] == CUBE[tuple(place)]
    np.testing.assert_array_equal(look.undo(shown), CUBE)


def test_an_axis_that_is_left_out_comes_back() -> None:
    look = Presentation((2, 1))
    single = CUBE[:1]

    shown = look.present(single)

    assert shown.shape == (4, 3)
    assert look.left_out(3) == (0,)
    np.testing.assert_array_equal(look.undo(shown, 3), single)


@pytest.mark.parametrize("axes", [(1, 2), (0, 1), (0, 1, 2, 3), (0,)])
def test_an_array_that_does_not_have_the_axes_is_refused(axes) -> None:
    with pytest.raises(ShapeError, match=r"got \(2, 3, 4\)"):
        Presentation(axes).present(CUBE)


@pytest.mark.parametrize("axes", [(1, 0), (NEW, 1, 0)])
def test_a_students_array_of_another_form_is_refused(axes) -> None:
    with pytest.raises(ShapeError, match=r"got \(2, 3, 4\)"):
        Presentation(axes).undo(CUBE)


def test_one_hot_columns_hold_a_one_for_each_example() -> None:
    look, labels = Presentation((1, 0), ONE_HOT), np.array([2, 0, 1, 2])

    shown = look.present(labels, classes=3)

    assert shown.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1]]
    assert look.undo(shown).tolist() == labels.tolist()


def test_labels_may_begin_with_one() -> None:
    look = Presentation(offset=1)

    assert look.present(np.array([0, 4])).tolist() == [1, 5]
    assert look.undo(np.array([1, 5])).tolist() == [0, 4]


def test_a_gradient_has_the_axes_of_what_it_belongs_to() -> None:
    arrangement = Arrangement(
        {
            "weight": Presentation((1, 0)),
            "bias": Presentation((0, NEW)),
            "grad_bias": AS_IT_IS,
            "labels": Presentation((1, 0), ONE_HOT),
        }
    )

    assert arrangement.of("grad_weight") == Presentation((1, 0))
    assert arrangement.of("grad_bias") == AS_IT_IS
    assert arrangement.of("grad_labels").form == ""
    assert arrangement.of("x") == AS_IT_IS


def test_an_arrangement_of_nothing_is_none() -> None:
    assert not Arrangement()
    assert Arrangement({"x": Presentation((1, 0))})
