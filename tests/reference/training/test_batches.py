import numpy as np
import pytest

from reference.training import minibatches


def test_each_epoch_shows_every_example_once():
    batches = minibatches(np.random.default_rng(1), 11, 4, 3)
    assert [len(batch) for batch in batches] == [4, 4, 3] * 3
    for epoch in range(3):
        seen = np.concatenate(batches[3 * epoch : 3 * epoch + 3])
        np.testing.assert_array_equal(np.sort(seen), np.arange(11))


def test_each_epoch_is_one_permutation_cut_into_pieces():
    batches = minibatches(np.random.default_rng(1), 8, 4, 2)
    rng = np.random.default_rng(1)
    expected = np.concatenate([rng.permutation(8), rng.permutation(8)])
    np.testing.assert_array_equal(np.concatenate(batches), expected)


def test_a_batch_may_be_larger_than_the_data():
    (batch,) = minibatches(np.random.default_rng(1), 3, 10, 1)
    assert len(batch) == 3


def test_no_epochs_give_no_batches():
    assert minibatches(np.random.default_rng(1), 3, 2, 0) == []


@pytest.mark.parametrize(
    ("n", "batch_size", "epochs"), [(0, 2, 1), (3, 0, 1), (3, 2, -1)]
)
def test_numbers_out_of_range_are_refused(n, batch_size, epochs):
    with pytest.raises(ValueError, match=f"got {n}, {batch_size} and {epochs}"):
        minibatches(np.random.default_rng(1), n, batch_size, epochs)
