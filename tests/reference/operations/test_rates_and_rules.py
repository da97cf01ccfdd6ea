"""What common tests do not ask of schedules, clipping and early stopping."""

import numpy as np
import pytest

from reference.errors import (
    ConventionError,
    DtypeError,
    LabelError,
    NonFiniteError,
    ShapeError,
)
from reference.operations import create

SCHEDULES = (
    "constant_rate",
    "cosine",
    "exponential_decay",
    "step_decay",
    "warm_up",
)
WATCHING = ("early_stopping", "reduce_on_plateau")
CLIPPING = ("clip_by_norm", "clip_by_value")
OPTIMIZERS = (
    "adadelta",
    "adagrad",
    "adam",
    "adamw",
    "momentum",
    "nadam",
    "nesterov",
    "rmsprop",
    "sgd",
)
NUMBERS = [
    pytest.param(name, number, id=f"{name}-{number}")
    for name in (*SCHEDULES, *WATCHING, *CLIPPING, *OPTIMIZERS)
    for number in create(name).sizes({})
]
SEEDS = range(40)


@pytest.mark.parametrize(("name", "number"), NUMBERS)
def test_a_word_in_place_of_a_number_is_refused(name, number):
    with pytest.raises(ConventionError, match=f"^{name}: "):
        create(name, **{number: "large"})


@pytest.mark.parametrize(
    ("name", "conventions", "unused"),
    [
        ("sgd", {"decay": "csu"}, "weight_decay"),
        ("adagrad", {"eps_place": "none"}, "eps"),
        ("rmsprop", {"eps_place": "none"}, "eps"),
        ("adam", {"eps_place": "none"}, "eps"),
        ("adam", {"step_size": "none"}, "lr"),
        ("adamw", {"eps_place": "none"}, "eps"),
        ("nadam", {"eps_place": "none"}, "eps"),
        ("nadam", {"form": "constant"}, "momentum_decay"),
        ("warm_up", {"then": "cosine"}, "decay"),
        ("warm_up", {"then": "exponential_decay"}, "length"),
    ],
)
def test_a_number_without_a_use_is_not_offered_to_a_constructor(
    name, conventions, unused
):
    assert unused not in create(name, **conventions).sizes({})
    with pytest.raises(ConventionError):
        create(name, **conventions, **{unused: "large"})


@pytest.mark.parametrize(
    ("name", "conventions", "used"),
    [
        ("sgd", {"decay": "coupled"}, "weight_decay"),
        ("warm_up", {"then": "exponential_decay"}, "decay"),
        ("warm_up", {"then": "cosine"}, "length"),
    ],
)
def test_a_number_with_a_use_is_offered_to_a_constructor(name, conventions, used):
    assert used in create(name, **conventions).sizes({})


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_steps_come_in_no_order_and_with_none_left_out(name):
    (steps,) = create(name).draw(np.random.default_rng(0)).values()
    assert sorted(steps) == list(range(17))
    assert list(steps) != sorted(steps)


@pytest.mark.parametrize("name", SCHEDULES)
def test_steps_that_are_no_counts_are_refused(name):
    operation = create(name)
    with pytest.raises(LabelError, match="step must be 0 to"):
        operation.answer({"step": np.array([-1])})
    with pytest.raises(DtypeError, match="step must be integers, got float64"):
        operation.answer({"step": np.array([1.0])})
    with pytest.raises(ShapeError, match=r"step must be \(T,\), got \(1, 1\)$"):
        operation.answer({"step": np.array([[1]])})


def test_a_warm_up_may_lead_to_any_of_three_schedules():
    steps = {"step": np.array([6, 7, 9, 30])}
    rates = {
        then: create("warm_up", then=then).answer(steps)["rate"]
        for then in ("constant_rate", "exponential_decay", "cosine")
    }
    np.testing.assert_array_equal(rates["constant_rate"], [0.4] * 4)
    expected = [0.4 * 0.8**later for later in (0, 1, 3, 24)]
    np.testing.assert_allclose(rates["exponential_decay"], expected, rtol=1e-14)
    expected = [0.2 * (1 + np.cos(np.pi * later / 7)) for later in (0, 1, 3, 7)]
    np.testing.assert_allclose(rates["cosine"], expected, atol=1e-15)


@pytest.mark.parametrize("name", WATCHING)
def test_losses_that_are_not_finite_numbers_along_one_axis_are_refused(name):
    operation = create(name)
    with pytest.raises(DtypeError, match="losses must be float64 or float32, got int"):
        operation.answer({"losses": np.array([3])})
    with pytest.raises(NonFiniteError, match="losses must be finite, got nan"):
        operation.answer({"losses": np.array([np.nan])})
    for shape in ((2, 2), (0,), ()):
        with pytest.raises(ShapeError, match=r"losses must be \(T,\), got"):
            operation.answer({"losses": np.ones(shape)})


def answers(name, variant, arrays_of, **conventions):
    """Yield answers under some conventions to losses drawn under others."""
    drawing, asked = create(name, **arrays_of), create(name, **conventions)
    for seed in SEEDS:
        arrays = drawing.draw(np.random.default_rng(seed), variant=variant)
        yield [array.tolist() for array in asked.answer(arrays).values()]


@pytest.mark.parametrize("variant", [0, 1])
@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("early_stopping", {}, {"patience": 4}),
        ("early_stopping", {}, {"patience": 2}),
        ("early_stopping", {}, {"min_improvement": 0.0}),
        ("early_stopping", {}, {"threshold_form": "relative"}),
        ("early_stopping", {"threshold_form": "relative"}, {}),
        ("reduce_on_plateau", {}, {"patience": 3}),
        ("reduce_on_plateau", {}, {"patience": 1}),
        ("reduce_on_plateau", {}, {"threshold": 0.0}),
        ("reduce_on_plateau", {}, {"threshold_form": "absolute"}),
        ("reduce_on_plateau", {"threshold_form": "absolute"}, {}),
        ("reduce_on_plateau", {"cooldown": 2}, {}),
        ("reduce_on_plateau", {"minimum": 0.1}, {}),
    ],
)
def test_the_drawn_losses_tell_conventions_apart(name, variant, right, wrong):
    found = answers(name, variant, right, **right)
    others = answers(name, variant, right, **wrong)
    for one, other in zip(found, others, strict=True):
        assert one != other


@pytest.mark.parametrize("variant", [0, 1])
def test_the_epoch_of_stopping_cannot_be_guessed(variant):
    found = list(answers("early_stopping", variant, {}))
    assert len({stopped_at for stopped_at, _ in found}) > 2
    assert all(best < stopped_at for stopped_at, best in found)


def test_a_run_without_a_reason_to_stop_is_all_that_there_is():
    operation = create("early_stopping")
    answer = operation.answer({"losses": np.array([3.0, 2.0, 1.0])})
    assert {name: int(epoch) for name, epoch in answer.items()} == {
        "stopped_at": 3,
        "best_epoch": 2,
    }


def test_losses_after_the_stop_are_not_looked_at():
    operation = create("early_stopping", patience=1)
    answer = operation.answer({"losses": np.array([3.0, 4.0, 1.0])})
    assert {name: int(epoch) for name, epoch in answer.items()} == {
        "stopped_at": 1,
        "best_epoch": 0,
    }


@pytest.mark.parametrize("threshold", [5.0, 100.0])
def test_a_threshold_too_large_to_pass_still_leaves_positive_losses(threshold):
    operation = create("early_stopping", min_improvement=threshold)
    for seed in SEEDS:
        arrays = operation.draw(np.random.default_rng(seed))
        assert np.min(arrays["losses"]) >= 0.25
        assert operation.margin(arrays) >= 2.0**-8


@pytest.mark.parametrize("name", CLIPPING)
@pytest.mark.parametrize("limit", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("variant", [0, 1, 2])
def test_gradients_are_drawn_away_from_any_limit(name, limit, variant):
    operation = create(name, limit=limit)
    for seed in SEEDS:
        arrays = operation.draw(np.random.default_rng(seed), variant=variant)
        assert operation.margin(arrays) >= 2.0**-8


@pytest.mark.parametrize("name", CLIPPING)
def test_the_default_limit_is_felt(name):
    operation = create(name)
    for seed in SEEDS:
        arrays = operation.draw(np.random.default_rng(seed))
        clipped = operation.answer(arrays)["clipped_weight"]
        assert not np.array_equal(clipped, arrays["grad_weight"])


@pytest.mark.parametrize("name", CLIPPING)
def test_gradients_that_are_not_finite_real_numbers_are_refused(name):
    operation = create(name)
    arrays = operation.draw(np.random.default_rng(0))
    with pytest.raises(NonFiniteError, match=f"^{name}: grad_bias must be finite"):
        operation.answer({**arrays, "grad_bias": np.array([np.inf, 1.0, 2.0])})
    with pytest.raises(DtypeError, match=f"^{name}: grad_bias must be float64 or"):
        operation.answer({**arrays, "grad_bias": np.array([1, 2, 3])})
