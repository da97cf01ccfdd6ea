import numpy as np

from reference.datasets.linear import linear


def test_without_noise_the_targets_are_exact():
    made = linear(np.random.default_rng(1), 7, 3, 2, noise=0.0)
    for row, target in zip(made.inputs, made.targets, strict=True):
        for output in range(2):
            expected = made.bias[output] + sum(
                row[feature] * made.weight[feature, output] for feature in range(3)
            )
            assert abs(target[output] - expected) < 1e-14


def test_the_shapes_are_those_asked_for():
    made = linear(np.random.default_rng(1), 7, 3, 2)
    shapes = [
        array.shape for array in (made.inputs, made.targets, made.weight, made.bias)
    ]
    assert shapes == [(7, 3), (7, 2), (3, 2), (2,)]


def test_least_squares_finds_the_weights_again():
    made = linear(np.random.default_rng(1), 2000, 3, 2, noise=0.1)
    rows = np.column_stack([made.inputs, np.ones(2000)])
    found = np.linalg.lstsq(rows, made.targets, rcond=None)[0]
    # Each estimate has a standard deviation of about noise / sqrt(N).
    allowed = 6 * 0.1 / np.sqrt(2000)
    assert np.abs(found - np.vstack([made.weight, made.bias])).max() < 1.1 * allowed
