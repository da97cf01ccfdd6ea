"""A script holds what the reference's parts answer to a right loop."""

from dataclasses import replace

import numpy as np

from grader.checks.trainings import script
from grader.checks.trainings.replay import draw_task
from tests.checks.recorded import written
from tests.checks.tasks import task


def test_the_losses_are_those_of_the_right_run() -> None:
    found = written()

    right, final = found.task.run(found.task.weights)

    np.testing.assert_array_equal(found.losses[:, script.BEFORE], right)
    for name, value in final.items():
        np.testing.assert_array_equal(found.final[name], value)


def test_the_loss_after_a_step_is_lower_than_before_on_the_same_batch() -> None:
    losses = written().losses

    assert (losses[:, script.AFTER] < losses[:, script.BEFORE]).all()


def test_arrays_of_a_short_batch_are_filled_up() -> None:
    arrays = written().arrays()

    assert arrays["script.out.0"].shape == (12, 8, 6)
    assert not arrays["script.out.2"][2, 3:].any()
    assert arrays["script.out.2"][2, :3].all()
    assert arrays["script.back.3"].shape == (12, 8, 10)
    assert arrays["script.back.0"].shape == (12, 8, 64)


def test_parameters_are_there_before_every_step_and_after_the_last() -> None:
    found = written()
    arrays = found.arrays()

    np.testing.assert_array_equal(
        arrays["script.params.weight_0"][0], found.task.weights["weight_0"]
    )
    moved = arrays["script.params.bias_1"][1:] - arrays["script.params.bias_1"][:-1]
    np.testing.assert_allclose(
        moved, -0.2 * arrays["script.grads.bias_1"], rtol=1e-9, atol=1e-15
    )


def test_a_run_that_overflows_has_no_script() -> None:
    drawn = draw_task(task(1).net, np.random.default_rng(1), "digits", 19, 8, 1)
    huge = {name: value * 1e308 for name, value in drawn.weights.items()}

    assert script.write(replace(drawn, weights=huge)) is None
