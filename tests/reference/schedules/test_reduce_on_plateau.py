import pytest

from reference.schedules.reduce_on_plateau import ReduceOnPlateau


def rates(losses, **settings):
    schedule = ReduceOnPlateau(1.0, **{"factor": 0.5, "threshold": 0.0, **settings})
    return [schedule.observe(loss) for loss in losses]


def test_the_rate_falls_with_the_loss_after_the_patience():
    losses = [3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    assert rates(losses, patience=2) == [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25]


def test_a_patience_that_need_only_be_reached_ends_one_loss_earlier():
    losses = [3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    found = rates(losses, patience=2, patience_rule="reached")
    assert found == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.125]
    assert found == rates(losses, patience=1)


def test_falling_losses_leave_the_rate_alone():
    assert rates([9.0 - epoch for epoch in range(8)], patience=0) == [1.0] * 8


def test_a_better_loss_after_a_reduction_must_beat_the_best_one_still():
    losses = [2.0, 3.0, 2.5, 2.25]
    assert rates(losses, patience=0) == [1.0, 0.5, 0.25, 0.125]


def test_losses_in_the_cooldown_are_not_counted():
    losses = [2.0] * 8
    assert rates(losses, patience=0, cooldown=2) == [
        1.0,
        0.5,
        0.5,
        0.5,
        0.25,
        0.25,
        0.25,
        0.125,
    ]


def test_a_better_loss_in_the_cooldown_is_remembered():
    losses = [2.0, 2.0, 1.0, 1.5, 1.5]
    assert rates(losses, patience=0, cooldown=1) == [1.0, 0.5, 0.5, 0.25, 0.25]


def test_the_rate_never_falls_below_its_minimum():
    assert rates([2.0] * 5, patience=0, minimum=0.375) == [1.0, 0.5] + [0.375] * 3


@pytest.mark.parametrize(
    ("form", "expected"),
    [("absolute", [1.0, 1.0, 0.5]), ("relative", [1.0, 0.5, 0.25])],
)
def test_the_threshold_is_a_difference_or_a_share(form, expected):
    losses = [8.0, 7.0, 6.75]
    assert rates(losses, patience=0, threshold=0.5, threshold_form=form) == expected


def test_the_rate_is_kept_where_an_optimizer_can_be_given_it():
    schedule = ReduceOnPlateau(1.0, factor=0.5, patience=0)
    schedule.observe(2.0)
    assert schedule.lr == 1.0
    schedule.observe(2.0)
    assert schedule.lr == 0.5


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"lr": 0.0}, "ReduceOnPlateau: lr must be positive, got 0.0"),
        ({"factor": 0.0}, "ReduceOnPlateau: factor must be in (0, 1], got 0.0"),
        ({"minimum": 2.0}, "ReduceOnPlateau: minimum must be in [0, 1.0], got 2.0"),
        (
            {"cooldown": -1},
            "ReduceOnPlateau: cooldown must be an integer of at least 0, got -1",
        ),
        (
            {"patience": 0.5},
            "ReduceOnPlateau: patience must be an integer of at least 0, got 0.5",
        ),
    ],
)
def test_a_number_outside_its_range_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=r"^ReduceOnPlateau: ") as caught:
        ReduceOnPlateau(**{"lr": 1.0, **settings})
    assert str(caught.value) == sentence
