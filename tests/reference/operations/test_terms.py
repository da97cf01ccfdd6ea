"""The named terms of an answer are that answer."""

import numpy as np
import pytest

from reference import operations

CASES = [
    (name, conventions)
    for name in operations.names()
    for conventions in type(operations.create(name)).example_conventions
]
WITH_TERMS = {
    "batch_norm",
    "group_norm",
    "layer_norm",
    "linear",
    "log_softmax",
    "softmax",
    "softmax_cross_entropy",
    "spatial_batch_norm",
}


@pytest.mark.parametrize(("name", "conventions"), CASES)
def test_terms_add_up_to_the_quantity(name, conventions) -> None:
    operation = operations.create(name, **conventions)
    for variant in (0, 1):
        arrays = operation.draw(np.random.default_rng(variant), variant=variant)
        right = operation.answer(arrays)

        for quantity, terms in operation.terms(arrays).items():
            assert all(term.shape == right[quantity].shape for term in terms.values())
            total = sum(terms.values())
            np.testing.assert_allclose(total, right[quantity], rtol=0, atol=1e-12)


def test_operations_whose_terms_have_names_are_these() -> None:
    found = {
        name
        for name, conventions in CASES
        if operations.create(name, **conventions).terms(
            operations.create(name, **conventions).draw(np.random.default_rng(0))
        )
    }

    assert found == WITH_TERMS


def test_without_an_upstream_gradient_no_gradient_has_terms() -> None:
    for name in ("softmax", "log_softmax", "layer_norm"):
        operation = operations.create(name)
        arrays = operation.draw(np.random.default_rng(0))
        del arrays["grad_out"]

        assert operation.terms(arrays) == {}


def test_a_set_without_spread_has_no_path_through_its_variance() -> None:
    operation = operations.create("batch_norm", eps_inside=False)
    arrays = operation.draw(np.random.default_rng(0))
    arrays["x"][:, 1] = arrays["x"][0, 1]

    terms = operation.terms(arrays)["grad_x"]

    assert not terms["the path through the variance"][:, 1].any()
    np.testing.assert_allclose(
        sum(terms.values()), operation.answer(arrays)["grad_x"], rtol=0, atol=1e-12
    )
