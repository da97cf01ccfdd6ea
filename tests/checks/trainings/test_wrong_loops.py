"""Each known mistake of a loop is told from all the others by its losses."""

from collections import Counter

import numpy as np
import pytest

from grader.checks.trainings import wrong_loops
from grader.checks.trainings.loop import Loop
from tests.checks.tasks import task


def reported(loop: type[Loop], seed: int) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.array(list(loop(task(seed)).losses()))


@pytest.mark.parametrize("loop", wrong_loops.WRONG_LOOPS)
@pytest.mark.parametrize("seed", range(4))
def test_each_wrong_loop_is_told_from_the_others(loop: type[Loop], seed: int) -> None:
    drawn = task(seed)
    right, _ = drawn.run(drawn.weights)

    wrong = reported(loop, seed)

    assert wrong_loops.recognised(drawn, wrong, right) == loop.diagnosis


@pytest.mark.parametrize("seed", range(4))
def test_a_right_loop_and_an_unknown_one_get_no_name(seed: int) -> None:
    drawn = task(seed)
    right, _ = drawn.run(drawn.weights)

    assert wrong_loops.recognised(drawn, right, right) is None
    assert wrong_loops.recognised(drawn, right * 1.01, right) is None
    assert wrong_loops.recognised(drawn, np.full_like(right, np.nan), right) is None


def test_the_loop_without_a_mistake_is_the_right_one() -> None:
    drawn = task(3)
    right, _ = drawn.run(drawn.weights)

    np.testing.assert_array_equal(reported(Loop, 3), right)


@pytest.mark.parametrize("loop", wrong_loops.WRONG_LOOPS)
def test_a_right_loop_is_blamed_only_for_what_parts_can_cause(loop: type[Loop]) -> None:
    drawn = task(2)
    right, _ = drawn.run(drawn.weights)

    named = wrong_loops.recognised(drawn, reported(loop, 2), right, loop_is_right=True)

    assert (named == loop.diagnosis) is loop.by_parts


def test_short_batches_left_out_are_seen_by_the_number_of_losses() -> None:
    drawn = task(1)

    assert wrong_loops.left_out(drawn, np.ones(24)) is wrong_loops.SHORT_ONES_LEFT_OUT
    assert wrong_loops.left_out(drawn, np.ones(28)) is None
    assert wrong_loops.left_out(drawn, np.ones((24, 1))) is None


def test_every_mistake_has_an_id_a_title_and_a_question() -> None:
    every = [loop.diagnosis for loop in wrong_loops.WRONG_LOOPS]

    assert all(one.id and one.title and one.hint for one in every)
    # Two ways to take other labels have one name.
    assert Counter(one.id for one in every).most_common(1) == [("M154", 2)]


def test_a_loop_that_overflows_ends_with_no_number() -> None:
    drawn = task(1)

    class Explodes(Loop):
        def upstream(self, gradient: np.ndarray, at: int) -> np.ndarray:
            return gradient * 1e200

    with np.errstate(all="ignore"):
        found = list(Explodes(drawn).losses())

    assert np.isnan(found[-1])
    assert len(found) < len(drawn.batches)
