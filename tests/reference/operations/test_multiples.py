import numpy as np
import pytest

from reference.operations import create
from reference.operations.multiples import positively_homogeneous, reflected


def worst(relation, name, **conventions):
    """Return by how much an operation misses a relation."""
    operation = create(name, **conventions)
    rng = np.random.default_rng(0)
    asked = relation.questions(rng, operation.draw(rng))
    answers = [operation.answer(arrays) for arrays in asked]
    pairs = relation.pairs(asked, answers).values()
    return max(np.max(np.abs(left - right)) for left, right in pairs)


DOUBLING = positively_homogeneous(("out",), ("grad_x",))


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "identity"])
def test_a_function_of_two_rays_is_doubled(name):
    assert worst(DOUBLING, name) == 0.0


@pytest.mark.parametrize("name", ["elu", "softplus", "tanh"])
def test_a_curved_function_is_not_doubled(name):
    assert worst(DOUBLING, name) > 0.1


@pytest.mark.parametrize("name", ["relu", "softplus", "silu", "gelu"])
def test_a_gated_function_differs_from_its_reflection_by_x(name):
    assert worst(reflected(), name) < 1e-14


@pytest.mark.parametrize("name", ["leaky_relu", "elu", "sigmoid"])
def test_other_functions_do_not(name):
    assert worst(reflected(), name) > 0.1


def test_the_sentences_say_what_changes():
    assert DOUBLING.sentence == "Doubling x doubles out and leaves grad_x as it was."
    signs = positively_homogeneous((), ("out",))
    assert signs.sentence == "Doubling x leaves out as it was."
