import numpy as np

from reference.datasets.moons import moons


def halves(points):
    return points.inputs[points.labels == 0], points.inputs[points.labels == 1]


def test_without_noise_every_point_lies_on_its_half_circle():
    upper, lower = halves(moons(np.random.default_rng(1), noise=0.0))
    np.testing.assert_allclose(np.linalg.norm(upper, axis=1), 1.0)
    np.testing.assert_allclose(np.linalg.norm(lower - [1.0, 0.5], axis=1), 1.0)
    assert upper[:, 1].min() >= 0.0
    assert lower[:, 1].max() <= 0.5


def test_no_line_separates_them_because_one_reaches_into_the_hull_of_the_other():
    upper, lower = halves(moons(np.random.default_rng(1), 51, noise=0.0))
    nearest = {
        corner: upper[np.linalg.norm(upper - corner, axis=1).argmin()]
        for corner in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0)]
    }
    inside = np.average(list(nearest.values()), axis=0, weights=[0.25, 0.25, 0.5])
    np.testing.assert_allclose(inside, [0.0, 0.5], atol=1e-12)
    assert np.linalg.norm(lower - inside, axis=1).min() < 1e-12


def test_without_noise_the_distance_to_the_two_circles_tells_them_apart():
    points = moons(np.random.default_rng(1), noise=0.0)
    first = np.abs(np.linalg.norm(points.inputs, axis=1) - 1.0)
    second = np.abs(np.linalg.norm(points.inputs - [1.0, 0.5], axis=1) - 1.0)
    np.testing.assert_array_equal(second < first, points.labels)
