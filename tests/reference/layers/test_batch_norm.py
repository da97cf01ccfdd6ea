import math

import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.batch_norm import BatchNorm


def drawn(rng, count=5, features=3):
    """Return ``x``, ``gamma``, ``beta`` and an upstream gradient."""
    x = rng.normal(1.0, 2.0, (count, features))
    gamma, beta = rng.normal(size=features), rng.normal(size=features)
    return x, gamma, beta, rng.normal(size=(count, features))


def filled(x, gamma, beta, **conventions):
    layer = BatchNorm(x.shape[1], **conventions)
    layer.params = {"gamma": gamma, "beta": beta}
    return layer


def moments(column):
    mean = sum(column) / len(column)
    return mean, sum((one - mean) ** 2 for one in column) / len(column)


def jacobian(column, eps=0.0, *, inside=True):
    """Return the normalised column and its derivatives, entry by entry."""
    count = len(column)
    mean, variance = moments(column)
    deviation = math.sqrt(variance)
    divisor = math.sqrt(variance + eps) if inside else deviation + eps
    # The derivative of the divisor with respect to an entry x_j is this times
    # x_j - mean.
    slope = 1 / (count * (divisor if inside else deviation))
    normal = [(one - mean) / divisor for one in column]
    rows = [
        [
            ((i == j) - 1 / count) / divisor
            - (column[i] - mean) * slope * (column[j] - mean) / divisor**2
            for j in range(count)
        ]
        for i in range(count)
    ]
    return normal, rows


def assert_is_naive(layer, x, gamma, beta, upstream, eps, *, inside=True):
    out, grad_x = layer.forward(x), layer.backward(upstream)
    count = len(x)
    for d in range(x.shape[1]):
        normal, rows = jacobian(x[:, d].tolist(), eps, inside=inside)
        above = upstream[:, d].tolist()
        for n in range(count):
            assert abs(out[n, d] - (gamma[d] * normal[n] + beta[d])) < 1e-13
            right = sum(above[i] * gamma[d] * rows[i][n] for i in range(count))
            assert abs(grad_x[n, d] - right) < 1e-13
        if layer.params:
            product = sum(g * h for g, h in zip(above, normal, strict=True))
            assert abs(layer.grads["gamma"][d] - product) < 1e-13
            assert abs(layer.grads["beta"][d] - sum(above)) < 1e-13


def test_worked_example():
    layer = BatchNorm(1, eps=7.0, momentum=0.75)
    layer.params = {"gamma": np.array([2.0]), "beta": np.array([10.0])}
    # The mean is 5, the variance 9 and the divisor 4.
    out = layer.forward(np.array([[2.0], [8.0]]))
    np.testing.assert_array_equal(out, [[8.5], [11.5]])
    np.testing.assert_array_equal(layer.running_mean, [1.25])
    np.testing.assert_array_equal(layer.running_var, [3.0])
    grad_x = layer.backward(np.array([[1.0], [3.0]]))
    np.testing.assert_array_equal(layer.grads["gamma"], [1.5])
    np.testing.assert_array_equal(layer.grads["beta"], [4.0])
    # The first entry is gamma/4 times 1 less the mean 2 of grad_out, plus 3/4 * 0.75.
    np.testing.assert_array_equal(grad_x, [[-0.21875], [0.21875]])


def test_worked_example_in_evaluation():
    layer = BatchNorm(1, "evaluation", eps=7.0)
    layer.params = {"gamma": np.array([2.0]), "beta": np.array([10.0])}
    layer.running_mean, layer.running_var = np.array([4.0]), np.array([9.0])
    out = layer.forward(np.array([[2.0], [8.0]]))
    np.testing.assert_array_equal(out, [[9.0], [12.0]])
    np.testing.assert_array_equal(layer.running_mean, [4.0])
    np.testing.assert_array_equal(layer.running_var, [9.0])
    grad_x = layer.backward(np.array([[1.0], [3.0]]))
    np.testing.assert_array_equal(grad_x, [[0.5], [1.5]])
    np.testing.assert_array_equal(layer.grads["gamma"], [2.5])
    np.testing.assert_array_equal(layer.grads["beta"], [4.0])


def test_a_minibatch_becomes_standard_normal_as_penn_prints_it():
    # Penn CIS 4190/5190, lecture 12 (named in CS 510, lecture 12): to N(0, I), no eps.
    x, _, _, upstream = drawn(np.random.default_rng(1))
    layer = BatchNorm(3, eps=0.0, affine=False)
    assert_is_naive(layer, x, np.ones(3), np.zeros(3), upstream, 0.0)
    assert layer.params == layer.grads == {}


@pytest.mark.parametrize("eps", [0.0, 0.1, 2.0])
@pytest.mark.parametrize("inside", [True, False])
def test_forward_and_backward_are_the_formula_entry_by_entry(eps, inside):
    x, gamma, beta, upstream = drawn(np.random.default_rng(2))
    layer = filled(x, gamma, beta, eps=eps, eps_inside=inside)
    assert_is_naive(layer, x, gamma, beta, upstream, eps, inside=inside)


@pytest.mark.parametrize("inside", [True, False])
def test_evaluation_is_the_formula_entry_by_entry(inside):
    rng = np.random.default_rng(3)
    x, gamma, beta, upstream = drawn(rng)
    layer = filled(x, gamma, beta, mode="evaluation", eps=0.5, eps_inside=inside)
    mean, variance = rng.normal(size=3), rng.uniform(1.0, 2.0, 3)
    layer.running_mean, layer.running_var = mean, variance
    out, grad_x = layer.forward(x), layer.backward(upstream)
    for d in range(3):
        root = math.sqrt(variance[d] + 0.5) if inside else math.sqrt(variance[d]) + 0.5
        product = total = 0.0
        for n in range(5):
            normal = (x[n, d] - mean[d]) / root
            assert abs(out[n, d] - (gamma[d] * normal + beta[d])) < 1e-14
            assert abs(grad_x[n, d] - upstream[n, d] * gamma[d] / root) < 1e-14
            product += upstream[n, d] * normal
            total += upstream[n, d]
        assert abs(layer.grads["gamma"][d] - product) < 1e-13
        assert abs(layer.grads["beta"][d] - total) < 1e-13


def running(layer, batches):
    for x in batches:
        layer.forward(x)
    return layer.running_mean.tolist(), layer.running_var.tolist()


def test_running_moments_weigh_the_old_ones_as_in_cs231n():
    # running = momentum * running + (1 - momentum) * sample, the biased variance.
    batches = np.random.default_rng(4).normal(2.0, 3.0, (3, 5, 2))
    layer = BatchNorm(2, momentum=0.8)
    layer.running_mean, layer.running_var = np.zeros(2), np.zeros(2)
    means, variances = running(layer, batches)
    for d in range(2):
        mean = variance = 0.0
        for x in batches:
            sample_mean, sample_var = moments(x[:, d].tolist())
            mean = 0.8 * mean + (1 - 0.8) * sample_mean
            variance = 0.8 * variance + (1 - 0.8) * sample_var
        assert abs(means[d] - mean) < 1e-14
        assert abs(variances[d] - variance) < 1e-14


@pytest.mark.parametrize("kind", ["biased", "unbiased"])
def test_running_moments_weigh_the_new_ones_as_in_10_714(kind):
    # Homework 2 prints the unbiased variance; its shipped test has the biased one.
    batches = np.random.default_rng(5).normal(2.0, 3.0, (3, 5, 2))
    layer = BatchNorm(2, momentum=0.1, momentum_weights="new", running_variance=kind)
    means, variances = running(layer, batches)
    for d in range(2):
        mean, variance = 0.0, 1.0
        for x in batches:
            observed, spread = moments(x[:, d].tolist())
            if kind == "unbiased":
                spread = sum((one - observed) ** 2 for one in x[:, d].tolist()) / 4
            mean = (1 - 0.1) * mean + 0.1 * observed
            variance = (1 - 0.1) * variance + 0.1 * spread
        assert abs(means[d] - mean) < 1e-14
        assert abs(variances[d] - variance) < 1e-14


def test_the_kind_of_running_variance_does_not_touch_the_batch():
    x, gamma, beta, upstream = drawn(np.random.default_rng(6))
    one = filled(x, gamma, beta, running_variance="biased")
    other = filled(x, gamma, beta, running_variance="unbiased")
    np.testing.assert_array_equal(one.forward(x), other.forward(x))
    np.testing.assert_array_equal(one.backward(upstream), other.backward(upstream))


def test_training_then_evaluation_uses_what_training_has_seen():
    x, gamma, beta, upstream = drawn(np.random.default_rng(7))
    layer = filled(x, gamma, beta, eps=0.1, momentum=0.0)
    trained = layer.forward(x)
    layer.mode = "evaluation"
    np.testing.assert_allclose(layer.forward(x), trained, rtol=1e-13)
    alone = layer.forward(x[:1])
    np.testing.assert_allclose(alone, trained[:1], rtol=1e-13)
    np.testing.assert_array_equal(
        layer.backward(2 * upstream[:1]), 2 * layer.backward(upstream[:1])
    )


@pytest.mark.parametrize("inside", [True, False])
def test_a_batch_of_one_has_the_output_beta_and_no_gradient(inside):
    x, gamma, beta, upstream = drawn(np.random.default_rng(8), count=1)
    layer = filled(x, gamma, beta, eps=1e-5, eps_inside=inside)
    np.testing.assert_array_equal(layer.forward(x), beta[np.newaxis])
    np.testing.assert_array_equal(layer.backward(upstream), np.zeros((1, 3)))
    np.testing.assert_array_equal(layer.grads["gamma"], np.zeros(3))
    np.testing.assert_array_equal(layer.grads["beta"], upstream[0])
    np.testing.assert_array_equal(layer.running_var, np.full(3, 0.9))


def test_a_batch_of_one_without_eps_is_refused_and_moves_nothing():
    layer = BatchNorm(2, eps=0.0)
    with pytest.raises(ValueError, match="got variance") as caught:
        layer.forward(np.array([[3.0, 4.0]]))
    assert str(caught.value) == (
        "BatchNorm: x must vary within each feature when eps is 0, "
        "got variance 0 in feature 0"
    )
    np.testing.assert_array_equal(layer.running_mean, np.zeros(2))


@pytest.mark.parametrize("value", [0.1, 1e-200])
def test_a_constant_feature_without_eps_is_refused_whatever_its_mean_rounds_to(value):
    x = np.array([[1.0, value], [2.0, value], [4.0, value]])
    with pytest.raises(ValueError, match=r"when eps is 0, got variance 0 in feature 1"):
        BatchNorm(2, eps=0.0).forward(x)


def test_a_variance_too_small_to_be_a_number_is_refused_without_eps():
    x = np.array([[1.0, 1e-200], [2.0, 2e-200]])
    with pytest.raises(ValueError, match=r"when eps is 0, got variance 0 in feature 1"):
        BatchNorm(2, eps=0.0).forward(x)


def test_a_constant_feature_with_eps_outside_the_root_has_a_finite_gradient():
    x = np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]])
    layer = BatchNorm(2, eps=0.5, eps_inside=False)
    layer.forward(x)
    grad_x = layer.backward(np.array([[1.0, 3.0], [-1.0, 1.0], [2.0, 2.0]]))
    np.testing.assert_allclose(grad_x[:, 1], [2.0, -2.0, 0.0], rtol=1e-15)


def test_an_unbiased_variance_of_one_row_is_refused_and_moves_nothing():
    layer = BatchNorm(2, running_variance="unbiased")
    with pytest.raises(ShapeError) as caught:
        layer.forward(np.array([[3.0, 4.0]]))
    assert str(caught.value) == (
        "BatchNorm: x must have at least 2 entries per feature for an unbiased "
        "variance, got 1"
    )
    np.testing.assert_array_equal(layer.running_mean, np.zeros(2))


@pytest.mark.parametrize(
    ("variance", "eps", "sentence"),
    [
        (-0.5, 1.0, "running_var must not be negative, got -0.5"),
        (0.0, 0.0, "running_var must be positive when eps is 0, got 0"),
    ],
)
def test_a_running_variance_that_cannot_be_divided_by_is_refused(
    variance, eps, sentence
):
    layer = BatchNorm(2, "evaluation", eps=eps)
    layer.running_var = np.array([1.0, variance])
    with pytest.raises(ValueError, match="running_var") as caught:
        layer.forward(np.ones((3, 2)))
    assert str(caught.value) == f"BatchNorm: {sentence}"


@pytest.mark.parametrize("shape", [(3,), (5, 4), (0, 3), (5, 3, 2)])
def test_an_input_that_is_not_rows_of_features_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        BatchNorm(3).forward(np.ones(shape))
    expected = f"BatchNorm: x must be (N, 3) and not empty, got {shape}"
    assert str(caught.value) == expected


def test_running_moments_of_another_shape_are_refused():
    layer = BatchNorm(3)
    layer.running_var = np.ones((1, 3))
    with pytest.raises(ShapeError, match=r"running_var must be \(3,\), got \(1, 3\)"):
        layer.forward(np.ones((5, 3)))


def test_a_mode_that_was_misspelt_later_is_refused():
    layer = BatchNorm(3)
    layer.mode = "eval"
    with pytest.raises(ConventionError) as caught:
        layer.forward(np.ones((5, 3)))
    assert str(caught.value) == (
        "BatchNorm: mode must be one of training, evaluation, got 'eval'"
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"eps": -1.0}, "eps must be finite and at least 0, got -1.0"),
        ({"eps": math.nan}, "eps must be finite and at least 0, got nan"),
        ({"momentum": 1.5}, "momentum must be in [0, 1], got 1.5"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(settings, sentence):
    with pytest.raises(ValueError, match="must be") as caught:
        BatchNorm(3, **settings)
    assert str(caught.value) == f"BatchNorm: {sentence}"


@pytest.mark.parametrize("name", ["affine", "eps_inside"])
def test_a_flag_that_is_neither_true_nor_false_is_refused(name):
    with pytest.raises(ConventionError) as caught:
        BatchNorm(3, **{name: "no"})
    assert str(caught.value) == f"BatchNorm: {name} must be true or false, got 'no'"


@pytest.mark.parametrize(
    ("name", "choices"),
    [("momentum_weights", "old, new"), ("running_variance", "biased, unbiased")],
)
def test_an_unknown_convention_is_refused(name, choices):
    with pytest.raises(ConventionError, match=f"{name} must be one of {choices}, got"):
        BatchNorm(3, **{name: "both"})


def test_a_layer_without_features_is_refused():
    with pytest.raises(ValueError, match="num_features must be at least 1, got 0"):
        BatchNorm(0)


@pytest.mark.parametrize("offset", [1000.0, -1000.0])
def test_features_far_from_zero_lose_no_more_than_their_own_last_digits(offset):
    x, gamma, beta, upstream = drawn(np.random.default_rng(9))
    x = np.round(x * 2.0**16) / 2.0**16  # the shift is exact
    near, far = (filled(x, gamma, beta, eps=0.1) for _ in range(2))
    np.testing.assert_allclose(far.forward(x + offset), near.forward(x), atol=1e-11)
    np.testing.assert_allclose(
        far.backward(upstream), near.backward(upstream), atol=1e-11
    )
