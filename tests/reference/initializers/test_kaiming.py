import math

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.initializers.kaiming import Kaiming
from reference.initializers.small_normal import SmallNormal


def test_the_default_is_normal_of_variance_two_over_the_inputs():
    assert Kaiming().moments((50, 3)) == (0.0, 2 / 50)


def test_fan_out_divides_by_the_outputs():
    assert Kaiming(fan="out").moments((50, 3)) == (0.0, 2 / 3)


def test_a_kernel_counts_its_entries():
    assert Kaiming().moments((6, 2, 3, 5)) == (0.0, 2 / 30)
    assert Kaiming(fan="out").moments((6, 2, 3, 5)) == (0.0, 2 / 90)


@pytest.mark.parametrize(
    ("gain", "squared"),
    [("linear", 1), ("sigmoid", 1), ("tanh", (5 / 3) ** 2), ("relu", 2)],
)
def test_the_gain_enters_squared(gain, squared):
    assert Kaiming(gain=gain).moments((50, 3))[1] == pytest.approx(squared / 50)


def test_uniform_draws_fill_the_interval_up_to_gain_times_root_three_over_fan():
    bound = math.sqrt(2.0) * math.sqrt(3 / 40)
    rng = np.random.default_rng(1)
    values = Kaiming("uniform").sample(rng, (40, 250))
    assert 0.999 * bound < values.max() <= bound
    assert -bound <= values.min() < -0.999 * bound


def test_normal_draws_leave_the_interval_of_the_uniform_ones():
    values = Kaiming().sample(np.random.default_rng(1), (40, 250))
    assert np.abs(values).max() > math.sqrt(2.0) * math.sqrt(3 / 40)


def test_choices_that_are_not_known_are_refused():
    with pytest.raises(ConventionError, match=r"^Kaiming: distribution must be one of"):
        Kaiming("cauchy")
    with pytest.raises(ConventionError, match=r"^Kaiming: fan must be one of in, out"):
        Kaiming(fan="average")
    with pytest.raises(ConventionError, match=r"^Kaiming: gain must be one of linear"):
        Kaiming(gain="selu")


def mean_square_after(initializer, depth):
    """Send random rows through ``depth`` ReLU layers and return the mean square."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(64, 256))
    for _ in range(depth):
        x = np.maximum(x @ initializer.sample(rng, (256, 256)), 0.0)
    return float(np.mean(x**2))


def test_only_the_gain_of_relu_keeps_activations_alive_through_twenty_layers():
    # Behind a ReLU, half of the mean square is lost in every layer: 2**-20 in all.
    assert 0.1 < mean_square_after(Kaiming(), 20) < 10.0
    assert mean_square_after(Kaiming(gain="linear"), 20) < 10 * 2.0**-20
    assert mean_square_after(SmallNormal(0.01), 20) < 1e-30
