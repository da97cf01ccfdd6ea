import numpy as np
import pytest

from reference.datasets.blobs import blobs


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_the_centres_are_the_corners_of_a_regular_polygon(classes):
    centers = blobs(np.random.default_rng(1), classes, radius=2.0).centers
    np.testing.assert_allclose(np.linalg.norm(centers, axis=1), 2.0)
    sides = np.linalg.norm(centers - np.roll(centers, 1, axis=0), axis=1)
    np.testing.assert_allclose(sides, 2 * 2.0 * np.sin(np.pi / classes))


def test_one_class_is_one_cloud():
    points = blobs(np.random.default_rng(1), 1, 5, noise=0.0)
    np.testing.assert_array_equal(points.inputs, [[3.0, 0.0]] * 5)
    np.testing.assert_array_equal(points.labels, np.zeros(5))


def test_points_near_their_centres_belong_to_the_nearest_one():
    points = blobs(np.random.default_rng(1), classes=5, noise=0.25)
    to_centers = points.inputs[:, None, :] - points.centers[None, :, :]
    distances = np.linalg.norm(to_centers, axis=2)
    own = distances[np.arange(len(points.labels)), points.labels]
    assert own.max() < 3.0 * np.sin(np.pi / 5)
    np.testing.assert_array_equal(distances.argmin(axis=1), points.labels)


def test_each_cloud_lies_around_its_centre():
    points = blobs(np.random.default_rng(1), 3, 400)
    for label, center in enumerate(points.centers):
        mean = points.inputs[points.labels == label].mean(axis=0)
        assert np.abs(mean - center).max() < 6 * 0.5 / np.sqrt(400)
