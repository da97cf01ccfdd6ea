import math

import pytest

from reference.errors import ConventionError
from reference.schedules.stagnation import Stagnation


def stagnation(
    patience=2, threshold=0.0, threshold_form="absolute", patience_rule="reached"
):
    return Stagnation("Any", patience, threshold, threshold_form, patience_rule)


def test_the_first_loss_is_the_best_so_far_whatever_the_threshold():
    for form, threshold in (("absolute", 100.0), ("relative", 0.9)):
        seen = stagnation(threshold=threshold, threshold_form=form)
        assert seen.improves(50.0)
        assert seen.best == 50.0


def test_an_equal_loss_is_no_improvement():
    seen = stagnation()
    assert [seen.improves(loss) for loss in (2.0, 2.0)] == [True, False]


def test_an_absolute_threshold_is_subtracted_and_must_be_passed():
    seen = stagnation(threshold=0.5)
    assert [seen.improves(loss) for loss in (2.0, 1.5, 1.25)] == [True, False, True]


def test_a_relative_threshold_is_a_share_of_the_best():
    seen = stagnation(threshold=0.25, threshold_form="relative")
    assert [seen.improves(loss) for loss in (8.0, 6.0, 5.0, 3.75, 3.5)] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_small_improvements_do_not_add_up_to_a_new_best_before_the_threshold():
    seen = stagnation(patience=9, threshold=0.5)
    for loss in (2.0, 1.75, 1.625):
        seen.improves(loss)
    assert seen.best == 2.0
    assert seen.improves(1.25)


@pytest.mark.parametrize(
    ("rule", "patience", "worse"),
    [("reached", 1, 1), ("reached", 3, 3), ("exceeded", 0, 1), ("exceeded", 3, 4)],
)
def test_patience_ends_with_the_right_loss(rule, patience, worse):
    seen = stagnation(patience, patience_rule=rule)
    seen.improves(1.0)
    for _ in range(worse):
        assert not seen.is_over
        seen.improves(2.0)
    assert seen.is_over


def test_an_improvement_sets_the_count_back():
    seen = stagnation(patience=2)
    for loss in (3.0, 4.0, 2.0, 4.0):
        seen.improves(loss)
    assert seen.waited == 1
    assert not seen.is_over


def test_a_loss_that_is_no_number_is_no_improvement_and_is_not_remembered():
    seen = stagnation()
    assert not seen.improves(math.nan)
    assert seen.improves(3.0)
    assert not seen.improves(math.nan)
    assert seen.best == 3.0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"patience": 0}, "Any: patience must be an integer of at least 1, got 0"),
        (
            {"patience": -1, "patience_rule": "exceeded"},
            "Any: patience must be an integer of at least 0, got -1",
        ),
        ({"patience": 1.5}, "Any: patience must be an integer of at least 1, got 1.5"),
        ({"threshold": -0.5}, "Any: threshold must be at least 0, got -0.5"),
        ({"threshold": math.nan}, "Any: threshold must be at least 0, got nan"),
        (
            {"threshold": 1.0, "threshold_form": "relative"},
            "Any: threshold must be in [0, 1), got 1.0",
        ),
    ],
)
def test_a_number_outside_its_range_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=r"^Any: ") as caught:
        stagnation(**settings)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"threshold_form": "rel"},
            "Any: threshold_form must be one of absolute, relative, got 'rel'",
        ),
        (
            {"patience_rule": "gone"},
            "Any: patience_rule must be one of reached, exceeded, got 'gone'",
        ),
    ],
)
def test_an_unknown_convention_is_refused_with_the_known_ones(settings, sentence):
    with pytest.raises(ConventionError) as caught:
        stagnation(**settings)
    assert str(caught.value) == sentence
