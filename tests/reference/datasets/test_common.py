"""What every data set that is made from a generator must do."""

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from reference.datasets.blobs import blobs
from reference.datasets.linear import linear
from reference.datasets.logistic import logistic
from reference.datasets.moons import moons
from reference.datasets.quadratic_bowl import quadratic_bowl
from reference.datasets.rosenbrock import rosenbrock
from reference.datasets.spirals import spirals
from reference.datasets.xor import xor

MADE = [blobs, linear, logistic, moons, quadratic_bowl, rosenbrock, spirals, xor]
CLASSIFIED = [blobs, logistic, moons, spirals, xor]
NOISY = [blobs, linear, moons, spirals, xor]

every_one = pytest.mark.parametrize("make", MADE)


def arrays(made):
    values = {field.name: getattr(made, field.name) for field in fields(made)}
    return {n: value for n, value in values.items() if isinstance(value, np.ndarray)}


@every_one
def test_one_seed_gives_the_same_data_again_and_another_seed_does_not(make):
    first, again, other = (
        arrays(make(np.random.default_rng(seed))) for seed in (3, 3, 4)
    )
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
        assert not np.shares_memory(array, again[name])
    assert any(not np.array_equal(first[name], other[name]) for name in first)


@every_one
def test_all_arrays_are_finite_and_of_the_stated_kind(make):
    for name, array in arrays(make(np.random.default_rng(3))).items():
        assert array.dtype == (np.int64 if name == "labels" else np.float64)
        assert np.isfinite(array).all()


@every_one
def test_what_is_returned_cannot_be_exchanged(make):
    made = make(np.random.default_rng(3))
    name = fields(made)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(made, name, None)


@pytest.mark.parametrize("make", CLASSIFIED)
def test_there_is_one_label_for_each_point(make):
    points = make(np.random.default_rng(3))
    assert points.inputs.ndim == 2
    assert points.labels.shape == (len(points.inputs),)


@pytest.mark.parametrize("make", [blobs, moons, spirals, xor])
def test_the_classes_are_balanced_and_mixed(make):
    labels = make(np.random.default_rng(3)).labels
    counts = np.bincount(labels)
    np.testing.assert_array_equal(counts, counts[0])
    # Sorted labels would change once per class.
    assert np.count_nonzero(np.diff(labels)) > 2 * len(counts)


@pytest.mark.parametrize("make", NOISY)
def test_negative_noise_is_refused(make):
    with pytest.raises(ValueError, match=f"{make.__name__}: noise must be at least 0"):
        make(np.random.default_rng(3), noise=-0.1)


@pytest.mark.parametrize("make", NOISY)
def test_noise_moves_points_by_what_it_says(make):
    still = make(np.random.default_rng(3), noise=0.0)
    moved = make(np.random.default_rng(3), noise=0.25)
    key = "targets" if make is linear else "inputs"
    change = getattr(moved, key) - getattr(still, key)
    # The standard deviation of n normals is known to 1 / sqrt(2 n) of itself.
    assert abs(change.std() / 0.25 - 1) < 6 / np.sqrt(2 * change.size)


@pytest.mark.parametrize(
    ("make", "counts"),
    [
        (blobs, {"classes": 0}),
        (blobs, {"examples_per_class": 0}),
        (linear, {"examples": 0}),
        (linear, {"features": 0}),
        (linear, {"outputs": 0}),
        (logistic, {"examples": 0}),
        (logistic, {"features": -1}),
        (moons, {"examples_per_class": 0}),
        (quadratic_bowl, {"size": 0}),
        (spirals, {"classes": 0}),
        (spirals, {"examples_per_class": 0}),
        (xor, {"examples_per_corner": 0}),
    ],
)
def test_a_size_below_one_is_refused(make, counts):
    ((name, count),) = counts.items()
    with pytest.raises(ValueError, match="must be at least 1") as caught:
        make(np.random.default_rng(3), **counts)
    assert str(caught.value) == (
        f"{make.__name__}: {name} must be at least 1, got {count}"
    )
