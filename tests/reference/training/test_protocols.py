"""Which examples go into which step, under each shuffle protocol."""

from itertools import islice

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.training import minibatches
from reference.training.batches import PROTOCOLS, epoch_batches


def orders(protocol, epochs=3, n=11, seed=1):
    """Return the order of the examples in each epoch."""
    rng = np.random.default_rng(seed)
    epochs = islice(epoch_batches(rng, n, 4, protocol), epochs)
    return [np.concatenate(batches) for batches in epochs]


every_protocol = pytest.mark.parametrize("protocol", PROTOCOLS)


@every_protocol
def test_all_epochs_are_cut_alike_and_one_after_the_other(protocol):
    flat = minibatches(np.random.default_rng(1), 11, 4, 3, protocol)
    assert [len(batch) for batch in flat] == [4, 4, 3] * 3
    np.testing.assert_array_equal(
        np.concatenate(flat), np.concatenate(orders(protocol))
    )


@every_protocol
def test_a_dropped_tail_leaves_out_the_last_examples_of_the_order(protocol):
    kept = minibatches(np.random.default_rng(1), 11, 4, 3, protocol)
    dropped = minibatches(np.random.default_rng(1), 11, 4, 3, protocol, "drop")
    full = [batch for batch in kept if len(batch) == 4]
    np.testing.assert_array_equal(dropped, full)


@every_protocol
def test_indices_are_integers_within_the_data(protocol):
    for order in orders(protocol):
        assert order.dtype == np.int64
        assert order.min() >= 0
        assert order.max() < 11


@pytest.mark.parametrize("protocol", sorted(set(PROTOCOLS) - {"with_replacement"}))
def test_every_epoch_shows_every_example_once(protocol):
    for order in orders(protocol):
        np.testing.assert_array_equal(np.sort(order), np.arange(11))


@pytest.mark.parametrize("protocol", ["reshuffle", "seeded_by_epoch"])
def test_each_epoch_has_an_order_of_its_own(protocol):
    first, second, third = orders(protocol)
    assert not np.array_equal(first, second)
    assert not np.array_equal(second, third)


def test_shuffled_once_means_the_same_random_order_in_each_epoch():
    first, second, third = orders("shuffle_once")
    np.testing.assert_array_equal(first, np.random.default_rng(1).permutation(11))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, third)


def test_writing_into_a_batch_does_not_change_the_next_epoch():
    epochs = epoch_batches(np.random.default_rng(1), 11, 4, "shuffle_once")
    first = next(epochs)
    kept = [batch.copy() for batch in first]
    for batch in first:
        batch[...] = 0
    for before, after in zip(kept, next(epochs), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_fixed_order_draws_nothing():
    rng = np.random.default_rng(1)
    batches = minibatches(rng, 5, 2, 2, "fixed")
    assert [batch.tolist() for batch in batches] == [[0, 1], [2, 3], [4]] * 2
    assert rng.random() == np.random.default_rng(1).random()


def test_with_replacement_every_example_is_as_likely_in_each_step():
    # One point for each step, as in the SGD of CMU 10-301.
    batches = minibatches(np.random.default_rng(1), 5, 1, 4000, "with_replacement")
    assert {len(batch) for batch in batches} == {1}
    counts = np.bincount(np.concatenate(batches), minlength=5)
    spread = np.sqrt(20_000 * 0.2 * 0.8)
    assert np.abs(counts - 4000).max() < 6 * spread
    first = np.concatenate(batches[:5])
    assert len(set(first.tolist())) < 5


def test_seeded_by_epoch_is_the_permutation_of_the_homework():
    found = orders("seeded_by_epoch", n=6, seed=1)
    # What numpy.random.seed(epoch); numpy.random.permutation(6) gives for three epochs.
    # NumPy promises that this legacy stream stays as it is.
    expected = [[5, 2, 1, 3, 0, 4], [2, 1, 4, 0, 3, 5], [4, 1, 3, 2, 5, 0]]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(found, orders("seeded_by_epoch", n=6, seed=2))


def test_epochs_are_drawn_when_they_are_asked_for():
    rng = np.random.default_rng(1)
    epochs = epoch_batches(rng, 11, 4)
    next(epochs)
    same = np.random.default_rng(1)
    same.permutation(11)
    assert rng.random() == same.random()


def test_choices_that_are_not_known_are_refused():
    rng = np.random.default_rng(1)
    with pytest.raises(
        ConventionError, match="protocol must be one of reshuffle, shuf"
    ):
        minibatches(rng, 3, 2, 1, "sorted")
    with pytest.raises(ConventionError, match="tail must be one of keep, drop"):
        epoch_batches(rng, 3, 2, tail="wrap")
