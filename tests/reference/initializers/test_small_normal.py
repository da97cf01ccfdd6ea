import numpy as np
import pytest

from reference.errors import ConventionError
from reference.initializers.small_normal import SmallNormal
from reference.operations import create


def test_the_variance_is_the_square_of_the_standard_deviation():
    assert SmallNormal(0.5).moments((3, 4)) == (0.0, 0.25)


@pytest.mark.parametrize("shape", [(7,), (7, 5), (2, 3, 4, 5)])
def test_the_shape_does_not_matter(shape):
    assert SmallNormal(0.5).moments(shape) == (0.0, 0.25)
    assert SmallNormal(0.5).sample(np.random.default_rng(1), shape).shape == shape


@pytest.mark.parametrize("std", [0.0, -0.1, np.inf, np.nan])
def test_a_standard_deviation_that_is_not_positive_is_refused(std):
    with pytest.raises(ValueError, match=r"^SmallNormal: std must be positive, got"):
        SmallNormal(std)


def test_a_standard_deviation_in_quotes_is_refused():
    with pytest.raises(ConventionError, match=r"^small_normal: "):
        create("small_normal", std="0.1")
