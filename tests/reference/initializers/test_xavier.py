import math

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.initializers.xavier import Xavier


def test_glorots_form_has_two_over_the_sum_of_the_fans():
    assert Xavier().moments((30, 20)) == (0.0, 2 / 50)


def test_the_form_printed_at_penn_has_half_of_that():
    assert Xavier("1/(in+out)").moments((30, 20)) == (0.0, 1 / 50)


def test_lecuns_form_looks_at_the_inputs_only():
    assert Xavier("1/in").moments((30, 20)) == (0.0, 1 / 30)
    assert Xavier("1/in", layout="out_in").moments((30, 20)) == (0.0, 1 / 20)


@pytest.mark.parametrize("layout", ["in_out", "out_in"])
def test_the_sum_of_the_fans_does_not_depend_on_the_layout(layout):
    assert Xavier(layout=layout).moments((30, 20)) == (0.0, 2 / 50)


def test_a_kernel_counts_its_entries():
    assert Xavier().moments((6, 2, 3, 5)) == (0.0, 2 / (30 + 90))


def test_the_uniform_bound_is_the_one_that_is_printed():
    bound = math.sqrt(6 / (40 + 250))
    values = Xavier(distribution="uniform").sample(np.random.default_rng(1), (40, 250))
    assert 0.999 * bound < values.max() <= bound
    assert -bound <= values.min() < -0.999 * bound


def test_the_gain_of_tanh_is_five_thirds():
    plain, raised = (Xavier(gain=gain).moments((30, 20))[1] for gain in GAINS)
    assert raised == pytest.approx(plain * (5 / 3) ** 2)


GAINS = ("linear", "tanh")


def test_a_variance_that_is_not_known_is_refused():
    with pytest.raises(ConventionError) as caught:
        Xavier("3/in")
    assert str(caught.value) == (
        "Xavier: variance must be one of 2/(in+out), 1/(in+out), 1/in, got '3/in'"
    )


def test_tanh_layers_keep_forward_and_backward_at_one_size_with_glorots_form():
    rng = np.random.default_rng(4)
    x, grad = rng.normal(size=(200, 100)), rng.normal(size=(200, 300))
    weight = Xavier().sample(rng, (100, 300))
    # Variances are multiplied by in * v = 0.5 forward and out * v = 1.5 backward: their
    # average is 1, the compromise of the paper.
    forward, backward = (x @ weight).var(), (grad @ weight.T).var()
    assert abs((forward + backward) / 2 - 1) < 0.1
