"""Parameters that fit an input, for every layer that takes one array."""

import numpy as np
import pytest

from grader.checks.networks.fitting import LEAST_FACTOR, template
from reference.errors import ShapeError
from reference.operations import Family, create, names

# Networks as a whole have widths of their own inside, and scalars have no batch.
WHOLE = ("lenet", "folded_mlp", "mlp", "computation_graph")
SHAPES = {2: (6, 4), 3: (5, 6, 11), 4: (5, 6, 11, 9)}
LAYERS = [
    pytest.param(name, conventions, id=f"{name}-{number}")
    for name in names()
    if name not in WHOLE
    for number, conventions in enumerate(type(create(name)).example_conventions)
    if create(name, **conventions).family is Family.LAYER
    and create(name, **conventions).arguments == ("x",)
]


@pytest.mark.parametrize(("name", "conventions"), LAYERS)
def test_what_is_drawn_fits_another_input_than_the_operation_draws(
    name: str, conventions: dict[str, object]
) -> None:
    operation = create(name, **conventions)
    rng = np.random.default_rng(4)
    shape = SHAPES[operation.draw(rng)["x"].ndim]
    like = template(operation)
    held = (*operation.parameters, *operation.states)

    arrays = like.draw(rng, held, shape, width=8)
    out = operation.answer({"x": rng.normal(size=shape), **arrays})["out"]

    assert set(arrays) == set(held)
    assert 0.1 < np.std(out) < 4
    if like.has_width:
        assert out.shape[1] == 8


def test_a_weight_sums_to_numbers_of_size_one_however_wide_it_is() -> None:
    rng = np.random.default_rng(5)

    weight = template(create("linear")).draw(rng, ["weight"], (5, 400), 30)["weight"]

    assert weight.shape == (400, 30)
    assert 0.8 < np.sqrt((weight**2).sum(axis=0)).mean() < 1.4


def test_a_variance_stays_positive_and_a_mask_stays_a_mask() -> None:
    rng = np.random.default_rng(6)

    norm = template(create("batch_norm")).draw(rng, ["running_var", "gamma"], (5, 9), 1)
    mask = template(create("dropout")).draw(rng, ["mask"], (5, 9), 1)["mask"]

    assert np.all(norm["running_var"] > 0)
    assert np.min(np.abs(norm["gamma"])) > LEAST_FACTOR
    assert np.min(norm["gamma"]) < 0
    assert mask.dtype == np.bool_
    assert mask.sum() == 30


@pytest.mark.parametrize("name", ["lenet", "folded_mlp"])
def test_a_whole_network_is_refused_by_the_reference(name: str) -> None:
    operation = create(name)
    rng = np.random.default_rng(7)
    shape = (5, 1, 8, 8) if name == "lenet" else (5, 7)

    arrays = template(operation).draw(rng, operation.parameters, shape, 8)

    with pytest.raises(ShapeError):
        operation.answer({"x": rng.normal(size=shape), **arrays})
