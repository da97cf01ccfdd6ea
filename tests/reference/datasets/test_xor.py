import numpy as np

from reference.datasets.xor import xor


def test_without_noise_the_label_is_whether_the_signs_differ():
    points = xor(np.random.default_rng(1), 5, noise=0.0)
    assert points.inputs.shape == (20, 2)
    differ = points.inputs[:, 0] * points.inputs[:, 1] < 0
    np.testing.assert_array_equal(points.labels, differ)


def test_no_line_separates_the_corners():
    points = xor(np.random.default_rng(1), 5, noise=0.0)
    signs = np.where(points.labels == 1, 1.0, -1.0)
    rows = np.column_stack([points.inputs, np.ones(len(signs))])
    # A separating (w, b) would make each sign * (row @ (w, b)) positive, and so their
    # sum; but the sum of sign * row is zero.
    np.testing.assert_array_equal(signs @ rows, np.zeros(3))


def test_the_product_of_the_coordinates_tells_the_classes_apart_despite_noise():
    points = xor(np.random.default_rng(1))
    differ = points.inputs[:, 0] * points.inputs[:, 1] < 0
    np.testing.assert_array_equal(points.labels, differ)
