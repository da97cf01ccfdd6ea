import numpy as np
import pytest

from reference.errors import (
    CallOrderError,
    ConventionError,
    DtypeError,
    NonFiniteError,
    ShapeError,
)
from reference.layers.tanh import Tanh
from reference.operations import create
from reference.regularizers.jitter import Jitter

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -3.0]])
NOISE = np.array([[0.25, 0.5, -0.125], [-0.5, 1.0, 0.75]])
UPSTREAM = np.array([[1.0, -2.0, 0.5], [3.0, -0.25, 4.0]])


def test_the_gradient_behind_is_taken_at_the_moved_point():
    jitter, tanh, moved = Jitter(0.5), Tanh(), Tanh()
    jitter.noise = NOISE
    tanh.forward(jitter.forward(X))
    moved.forward(X + NOISE)
    expected = moved.backward(UPSTREAM)
    np.testing.assert_array_equal(jitter.backward(tanh.backward(UPSTREAM)), expected)


def test_each_entry_has_its_own_noise_added_and_hands_its_gradient_on():
    jitter = Jitter(0.5)
    jitter.noise = NOISE
    out = jitter.forward(X)
    gradient = jitter.backward(UPSTREAM)
    for place in np.ndindex(X.shape):
        assert out[place] == X[place] + NOISE[place]
        assert gradient[place] == UPSTREAM[place]


def test_evaluation_adds_nothing_even_with_noise_at_hand():
    jitter = Jitter(0.5, np.random.default_rng(17), mode="evaluation")
    jitter.noise = NOISE
    np.testing.assert_array_equal(jitter.forward(X), X)
    np.testing.assert_array_equal(jitter.backward(UPSTREAM), UPSTREAM)


def test_the_output_of_evaluation_is_no_alias_of_the_input():
    x = X.copy()
    Jitter(0.5, mode="evaluation").forward(x)[...] = 0.0
    np.testing.assert_array_equal(x, X)


def test_the_mode_may_change_between_two_batches():
    jitter = Jitter(0.5)
    jitter.noise = NOISE
    assert not np.array_equal(jitter.forward(X), X)
    jitter.mode = "evaluation"
    np.testing.assert_array_equal(jitter.forward(X), X)


def test_noise_is_new_in_every_forward_and_normal_with_variance_sigma_squared():
    count = 100_000
    x = np.ones(count)
    jitter = Jitter(0.5, np.random.default_rng(18))
    first, second = jitter.forward(x) - x, jitter.forward(x) - x
    np.testing.assert_array_equal(second + x, x + jitter.noise)
    for noise in (first, second):
        # Five standard deviations of the mean, the variance and the fourth moment.
        assert abs(noise.mean()) <= 5 * 0.5 / count**0.5
        assert abs(noise.var() - 0.25) <= 5 * 0.25 * (2 / count) ** 0.5
        assert abs(np.mean(noise**4) - 3 / 16) <= 5 * (96 / count) ** 0.5 / 16
    assert abs(np.mean(first * second)) <= 5 * 0.25 / count**0.5


def test_the_generator_decides_the_noise():
    one, same = (Jitter(0.5, np.random.default_rng(19)) for _ in range(2))
    np.testing.assert_array_equal(one.forward(X), same.forward(X))


def test_noise_without_a_size_moves_nothing():
    out = Jitter(0.0, np.random.default_rng(20)).forward(X)
    np.testing.assert_array_equal(out, X)


def test_drawn_noise_leaves_single_precision_alone():
    jitter = Jitter(0.5, np.random.default_rng(21))
    assert jitter.forward(X.astype(np.float32)).dtype == np.float32
    assert jitter.backward(UPSTREAM.astype(np.float32)).dtype == np.float32


def test_training_without_generator_and_noise_is_refused():
    sentence = "^Jitter: give a generator or set noise before forward"
    with pytest.raises(CallOrderError, match=sentence):
        Jitter(0.5).forward(X)


@pytest.mark.parametrize(
    ("noise", "error", "sentence"),
    [
        (NOISE[0], ShapeError, r"noise must be \(2, 3\), got \(3,\)"),
        (NOISE > 0, DtypeError, "noise must be float64 or float32, got bool"),
        (NOISE * np.nan, NonFiniteError, "noise must be finite, got nan"),
    ],
)
def test_noise_that_cannot_be_added_is_refused(noise, error, sentence):
    jitter = Jitter(0.5)
    jitter.noise = noise
    with pytest.raises(error, match=sentence):
        jitter.forward(X)


@pytest.mark.parametrize("sigma", [-0.5, np.inf, np.nan])
def test_a_sigma_that_is_negative_is_refused(sigma):
    with pytest.raises(ValueError, match=r"^Jitter: sigma must be finite and not neg"):
        Jitter(sigma)


def test_an_unknown_mode_is_refused_also_later():
    with pytest.raises(ConventionError, match="one of training, evaluation, got 'te"):
        Jitter(0.5, mode="testing")
    jitter = Jitter(0.5)
    jitter.mode = "eval"
    with pytest.raises(ConventionError, match="one of training, evaluation, got 'eval"):
        jitter.forward(X)


def test_the_constructor_of_a_student_may_be_told_sigma():
    assert create("jitter", sigma=0.25).sizes({}) == {"sigma": 0.25}
