import numpy as np
import pytest

from reference.errors import ConventionError
from reference.initializers.uniform import Uniform
from reference.operations import create


def test_the_default_is_that_of_the_homework():
    values = Uniform().sample(np.random.default_rng(1), (100, 100))
    assert 0.0999 < values.max() <= 0.1
    assert -0.1 <= values.min() < -0.0999
    mean, variance = Uniform().moments((100, 100))
    assert mean == 0.0
    assert variance == pytest.approx(0.01 / 3)


def test_bounds_need_not_be_symmetric():
    assert Uniform(1.0, 4.0).moments((3,)) == (2.5, 0.75)
    values = Uniform(1.0, 4.0).sample(np.random.default_rng(1), (500,))
    assert values.min() >= 1.0


@pytest.mark.parametrize(
    ("low", "high"), [(0.1, 0.1), (0.2, 0.1), (-np.inf, 0.0), (0.0, np.nan)]
)
def test_bounds_in_the_wrong_order_are_refused(low, high):
    with pytest.raises(ValueError, match=f"low must be below high, .* got {low} and"):
        Uniform(low, high)


def test_a_bound_in_quotes_is_refused():
    with pytest.raises(ConventionError, match=r"^uniform: "):
        create("uniform", low="-1")
