import numpy as np
import pytest

from reference.errors import ConventionError, DtypeError, ShapeError
from reference.operations import create
from reference.training.slices import minibatch_slices


def test_worked_example():
    start, stop = minibatch_slices(10, 4)
    np.testing.assert_array_equal(start, [0, 4, 8])
    np.testing.assert_array_equal(stop, [4, 8, 10])


def test_a_dropped_tail_leaves_full_minibatches_only():
    start, stop = minibatch_slices(10, 4, "drop")
    np.testing.assert_array_equal(start, [0, 4])
    np.testing.assert_array_equal(stop, [4, 8])


@pytest.mark.parametrize("tail", ["keep", "drop"])
def test_without_a_tail_both_are_the_same(tail):
    start, stop = minibatch_slices(8, 4, tail)
    np.testing.assert_array_equal(start, [0, 4])
    np.testing.assert_array_equal(stop, [4, 8])


def test_fewer_examples_than_a_minibatch_are_one_short_one_or_none():
    assert [part.tolist() for part in minibatch_slices(3, 10)] == [[0], [3]]
    assert [part.tolist() for part in minibatch_slices(3, 10, "drop")] == [[], []]


def covered(first_and_last):
    """Return the indices of all minibatches, each from its first to its last."""
    return [index for first, last in first_and_last for index in range(first, last + 1)]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_slice_that_penn_means_covers_every_example_once(size):
    start, stop = minibatch_slices(6 * size, size)
    meant = [(number * size, (number + 1) * size - 1) for number in range(6)]
    assert list(zip(start, stop - 1, strict=True)) == meant
    assert covered(meant) == list(range(6 * size))


@pytest.mark.parametrize("size", [2, 3, 4])
def test_the_slice_that_penn_prints_does_not(size):
    printed = [(number * size, number * (size + 1) - 1) for number in range(6)]
    lengths = [last - first + 1 for first, last in printed]
    # Minibatch i' has i' entries, whatever the size k is.
    assert lengths == list(range(6))
    assert set(covered(printed)) != set(range(6 * size))
    # The first one is empty, so example 0 is in none.
    assert 0 not in covered(printed)


@pytest.mark.parametrize(("examples", "size"), [(0, 2), (3, 0)])
def test_numbers_below_one_are_refused(examples, size):
    with pytest.raises(ValueError, match="must be at least 1") as caught:
        minibatch_slices(examples, size)
    assert str(caught.value) == (
        "minibatch_slices: examples and batch_size must be at least 1, "
        f"got {examples} and {size}"
    )


def test_another_tail_is_refused():
    with pytest.raises(ConventionError, match="tail must be one of keep, drop"):
        minibatch_slices(3, 2, "wrap")
    with pytest.raises(ConventionError, match="tail must be one of keep, drop"):
        create("minibatch_slices", tail="wrap")


@pytest.mark.parametrize("variant", [0, 1, 2])
@pytest.mark.parametrize("seed", range(5))
def test_drawn_numbers_leave_a_tail(variant, seed):
    operation = create("minibatch_slices")
    drawn = operation.draw(np.random.default_rng(seed), variant=variant)
    left = drawn["examples"] % drawn["batch_size"]
    assert left == 1 if variant == 2 else left >= 2


def test_numbers_that_are_no_integers_are_refused():
    operation = create("minibatch_slices")
    right = {"examples": np.array(7), "batch_size": np.array(3)}
    with pytest.raises(DtypeError, match="examples must be an integer, got float64"):
        operation.answer({**right, "examples": np.array(7.0)})
    with pytest.raises(DtypeError, match="batch_size must be an integer, got int"):
        operation.answer({**right, "batch_size": 3})
    with pytest.raises(ShapeError, match=r"examples must be \(\), got \(1,\)"):
        operation.answer({**right, "examples": np.array([7])})
