import numpy as np
import pytest

from grader.checks import replay
from grader.checks.base import secret_rng
from grader.checks.replay import DOUBLE, SINGLE, Precision, Task
from grader.checks.training import TrainingCheck
from tests.checks.grading import assignment


class AnyTrial:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def rng(self, purpose: str) -> np.random.Generator:
        return secret_rng(self.seed, purpose)


def task(seed: int) -> Task:
    (check,) = assignment("training").checks
    assert isinstance(check, TrainingCheck)
    return check._task(AnyTrial(seed))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("precision", [DOUBLE, SINGLE])
def test_homework_is_predictable_to_its_end(seed: int, precision: Precision) -> None:
    drawn = task(seed)
    right, _ = drawn.run(drawn.weights)

    band = replay.band(drawn, right, np.random.default_rng(seed), precision)

    assert band.horizon == len(right)
    assert band.first_outside(right) is None
    assert (band.tolerance < precision.most * right).all()


def test_a_run_outside_the_band_is_found_at_its_first_step() -> None:
    drawn = task(1)
    right, _ = drawn.run(drawn.weights)
    band = replay.band(drawn, right, np.random.default_rng(1), DOUBLE)
    got = right.copy()
    got[9:] *= 1 + 1e-8

    assert band.first_outside(got) == 9


def test_a_loss_that_is_no_number_is_outside() -> None:
    drawn = task(1)
    right, _ = drawn.run(drawn.weights)
    band = replay.band(drawn, right, np.random.default_rng(1), DOUBLE)
    got = right.copy()
    got[4] = np.nan

    assert band.first_outside(got) == 4


def test_the_horizon_ends_where_rounding_has_carried_too_far() -> None:
    drawn = task(1)
    right, _ = drawn.run(drawn.weights)
    # Every difference counts as too much from the first drift on.
    strict = Precision(2.0**-30, 0.0, 1e-7)

    band = replay.band(drawn, right, np.random.default_rng(1), strict)

    assert band.horizon < len(right)


@pytest.mark.parametrize(("diagnosis", "loop"), replay.WRONG_LOOPS)
@pytest.mark.parametrize("seed", range(4))
def test_each_wrong_loop_is_told_from_the_others(diagnosis, loop, seed: int) -> None:
    drawn = task(seed)
    right, _ = drawn.run(drawn.weights)

    wrong = np.array(list(drawn.wrong_losses(loop)))

    assert replay.recognised(drawn, wrong, right) == diagnosis


@pytest.mark.parametrize("seed", range(4))
def test_a_right_loop_and_an_unknown_one_get_no_name(seed: int) -> None:
    drawn = task(seed)
    right, _ = drawn.run(drawn.weights)

    assert replay.recognised(drawn, right, right) is None
    assert replay.recognised(drawn, right * 1.01, right) is None
    assert replay.recognised(drawn, np.full_like(right, np.nan), right) is None


def test_runs_of_different_length_or_without_end_are_not_alike() -> None:
    assert not replay.alike(np.ones(3), np.ones(4))
    assert not replay.alike(np.array([np.inf]), np.array([np.inf]))
    assert replay.alike(np.ones(3), np.ones(3))


def test_training_and_held_out_images_do_not_overlap() -> None:
    drawn = task(2)

    assert len(drawn.inputs) + len(drawn.held_out_inputs) == 1797
