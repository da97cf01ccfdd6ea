import numpy as np
import pytest

from grader.checks import replay
from tests.checks.tasks import task


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
