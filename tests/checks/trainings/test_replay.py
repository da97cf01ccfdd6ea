"""A drawn training task and what the reference makes of it."""

import numpy as np
import pytest

from grader.checks.trainings import replay
from tests.checks.tasks import task


def test_runs_of_different_length_or_without_end_are_not_alike() -> None:
    assert not replay.alike(np.ones(3), np.ones(4))
    assert not replay.alike(np.array([np.inf]), np.array([np.inf]))
    assert replay.alike(np.ones(3), np.ones(3))


def test_training_and_held_out_images_do_not_overlap() -> None:
    drawn = task(2)

    assert len(drawn.inputs) + len(drawn.held_out_inputs) == 1797


@pytest.mark.parametrize(("steps", "expected"), [(None, 10), (6, 6)])
def test_telling_steps_reach_past_the_first_short_batch(steps, expected) -> None:
    drawn = task(1)
    shorter = replay.draw_task(
        drawn.net, np.random.default_rng(1), "digits", 58, 8, 3, steps
    )

    assert replay.telling_steps(shorter) == expected


def test_weights_that_overflow_have_no_accuracy_and_an_infinite_loss() -> None:
    drawn = task(1)
    huge = {name: np.full_like(value, 1e308) for name, value in drawn.weights.items()}

    assert drawn.accuracy(huge) == 0.0
    assert drawn.measured_loss(huge) == np.inf
