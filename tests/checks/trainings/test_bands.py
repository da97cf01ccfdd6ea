"""How far rounding carries a training run."""

import numpy as np
import pytest

from grader.checks.trainings.bands import DOUBLE, SINGLE, Precision, band
from tests.checks.tasks import task


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("precision", [DOUBLE, SINGLE])
def test_homework_is_predictable_to_its_end(seed: int, precision: Precision) -> None:
    drawn = task(seed)
    right, _ = drawn.run(drawn.weights)

    found = band(drawn, right, np.random.default_rng(seed), precision)

    assert found.horizon == len(right)
    assert found.first_outside(right) is None
    assert (found.tolerance < precision.most * right).all()


def test_a_run_outside_the_band_is_found_at_its_first_step() -> None:
    drawn = task(1)
    right, _ = drawn.run(drawn.weights)
    found = band(drawn, right, np.random.default_rng(1), DOUBLE)
    got = right.copy()
    got[9:] *= 1 + 1e-8

    assert found.first_outside(got) == 9


def test_a_loss_that_is_no_number_is_outside() -> None:
    drawn = task(1)
    right, _ = drawn.run(drawn.weights)
    found = band(drawn, right, np.random.default_rng(1), DOUBLE)
    got = right.copy()
    got[4] = np.nan

    assert found.first_outside(got) == 4


def test_the_horizon_ends_where_rounding_has_carried_too_far() -> None:
    drawn = task(1)
    right, _ = drawn.run(drawn.weights)
    # Every difference counts as too much from the first drift on.
    strict = Precision(2.0**-30, 0.0, 1e-7)

    found = band(drawn, right, np.random.default_rng(1), strict)

    assert found.horizon < len(right)
