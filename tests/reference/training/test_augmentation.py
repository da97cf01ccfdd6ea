import numpy as np
import pytest

from reference.errors import DtypeError, ShapeError
from reference.training.augmentation import HorizontalFlip, InTurn, Noise, Shift

EVERY = [
    HorizontalFlip(0.5),
    Shift(2),
    Noise(0.25),
    InTurn([Shift(1), HorizontalFlip(0.5)]),
]

every_change = pytest.mark.parametrize("change", EVERY, ids=lambda c: type(c).__name__)


@pytest.fixture
def batch():
    return np.random.default_rng(6).uniform(0.5, 1.0, (40, 3, 4, 5))


@every_change
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_shape_and_precision_stay(change, batch, dtype):
    changed = change(np.random.default_rng(1), batch.astype(dtype))
    assert changed.shape == batch.shape
    assert changed.dtype == dtype


@every_change
def test_the_batch_handed_in_stays_as_it_is(change, batch):
    kept = batch.copy()
    changed = change(np.random.default_rng(1), batch)
    changed[...] = 0.0
    np.testing.assert_array_equal(batch, kept)


@every_change
def test_one_seed_gives_the_same_change_again_and_another_does_not(change, batch):
    first, again, other = (
        change(np.random.default_rng(seed), batch) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@every_change
def test_integers_are_refused(change):
    with pytest.raises(DtypeError, match="batch must be float64 or float32, got int64"):
        change(np.random.default_rng(1), np.ones((2, 3, 3), dtype=np.int64))


@pytest.mark.parametrize("change", [HorizontalFlip(), Shift()])
def test_rows_of_features_are_no_images(change):
    with pytest.raises(
        ShapeError, match=r"batch must be \(N, ..., H, W\), got \(2, 9\)"
    ):
        change(np.random.default_rng(1), np.ones((2, 9)))


def test_each_image_is_mirrored_whole_or_not_at_all(batch):
    changed = HorizontalFlip(0.25)(np.random.default_rng(1), batch)
    mirrored = 0
    for before, after in zip(batch, changed, strict=True):
        if np.array_equal(after, before):
            continue
        for channel in range(3):
            for row in range(4):
                expected = [before[channel, row, 4 - column] for column in range(5)]
                assert after[channel, row].tolist() == expected
        mirrored += 1
    assert abs(mirrored - 10) < 6 * np.sqrt(40 * 0.25 * 0.75)


@pytest.mark.parametrize(("probability", "step"), [(0.0, 1), (1.0, -1)])
def test_certain_flips_are_certain(batch, probability, step):
    changed = HorizontalFlip(probability)(np.random.default_rng(1), batch)
    np.testing.assert_array_equal(changed, batch[..., ::step])


def moved(image, down, right):
    """Move one channel entry by entry."""
    height, width = image.shape
    result = np.zeros_like(image)
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                result[row, column] = image[row - down, column - right]
    return result


def test_each_image_moves_by_one_shift_in_all_channels_and_zeros_come_in(batch):
    changed = Shift(2)(np.random.default_rng(1), batch)
    shifts = set()
    for before, after in zip(batch, changed, strict=True):
        fits = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if all(
                np.array_equal(after[channel], moved(before[channel], down, right))
                for channel in range(3)
            )
        ]
        assert len(fits) == 1
        shifts.update(fits)
    assert {down for down, _ in shifts} == {-2, -1, 0, 1, 2}
    assert {right for _, right in shifts} == {-2, -1, 0, 1, 2}


def test_a_shift_past_the_border_leaves_nothing(batch):
    changed = Shift(9)(np.random.default_rng(1), batch)
    emptied = [not image.any() for image in changed]
    assert any(emptied)
    assert not all(emptied)


def test_no_shift_changes_nothing(batch):
    changed = Shift(0)(np.random.default_rng(1), batch)
    np.testing.assert_array_equal(changed, batch)


def test_noise_has_the_stated_size_and_no_bias(batch):
    noise = Noise(0.25)(np.random.default_rng(1), batch) - batch
    assert abs(noise.mean()) < 6 * 0.25 / np.sqrt(noise.size)
    assert abs(noise.std() / 0.25 - 1) < 6 / np.sqrt(2 * noise.size)


def test_noise_may_be_added_to_rows_of_features():
    rows = np.ones((2, 9))
    changed = Noise(0.25)(np.random.default_rng(1), rows)
    assert len(np.unique(changed)) == 18


def test_changes_in_turn_draw_from_the_same_generator(batch):
    rng = np.random.default_rng(1)
    by_hand = HorizontalFlip(0.5)(rng, Shift(1)(rng, batch))
    together = InTurn([Shift(1), HorizontalFlip(0.5)])(np.random.default_rng(1), batch)
    np.testing.assert_array_equal(by_hand, together)


@pytest.mark.parametrize("probability", [-0.1, 1.1, np.nan])
def test_a_probability_out_of_range_is_refused(probability):
    with pytest.raises(ValueError, match=f"must be in .0, 1., got {probability}"):
        HorizontalFlip(probability)


def test_sizes_below_zero_are_refused():
    with pytest.raises(ValueError, match="Shift: pixels must be at least 0, got -1"):
        Shift(-1)
    with pytest.raises(ValueError, match=r"Noise: std must be at least 0, got -0\.5"):
        Noise(-0.5)
