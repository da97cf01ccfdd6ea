import numpy as np
import pytest

from reference.errors import ConventionError
from reference.initializers.constant import Constant
from reference.initializers.zeros import Zeros
from reference.operations import create


def test_every_entry_is_the_value():
    filled = Constant(-2.5).sample(np.random.default_rng(1), (2, 3))
    np.testing.assert_array_equal(filled, [[-2.5] * 3] * 2)
    assert Constant(-2.5).moments((2, 3)) == (-2.5, 0.0)


def test_an_integer_value_gives_floats():
    assert Constant(3).sample(np.random.default_rng(1), (2,)).dtype == np.float64


def test_zeros_are_the_constant_zero():
    rng = np.random.default_rng(1)
    zeros, constant = Zeros().sample(rng, (2, 3)), Constant(0.0).sample(rng, (2, 3))
    np.testing.assert_array_equal(zeros, constant)


def test_nothing_is_drawn():
    rng, untouched = np.random.default_rng(1), np.random.default_rng(1)
    Constant().sample(rng, (2, 3))
    Zeros().sample(rng, (2, 3))
    assert rng.random() == untouched.random()


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_a_value_that_is_not_finite_is_refused(value):
    with pytest.raises(
        ValueError, match=f"^Constant: value must be finite, got {value}"
    ):
        Constant(value)


def test_a_value_in_quotes_is_refused():
    with pytest.raises(ConventionError, match=r"^constant: "):
        create("constant", value="0.1")
