from collections.abc import Callable

import numpy as np
import pytest

from grader.checks.compare import Expected, reference_answer
from grader.checks.diagnosis import Sighting, diagnose
from grader.contract.messages import Array
from grader.report import Diagnosis
from reference import operations

LINEAR = operations.create("linear")


Change = Callable[[Array, dict[str, Array]], Array]


def named(
    change: Change, quantity: str = "grad_weight", dtype: type = np.float64
) -> Diagnosis | None:
    """Diagnose an answer that ``change`` makes of the right one, on two inputs."""
    sightings = []
    for variant in (0, 1):
        rng = np.random.default_rng(10 + variant)
        arrays = LINEAR.draw(rng, variant=variant)
        right = reference_answer(LINEAR, arrays, rng)
        got = {name: expected.value.copy() for name, expected in right.items()}
        got[quantity] = np.asarray(change(got[quantity], arrays)).astype(dtype)
        sightings.append(Sighting(LINEAR, arrays, right, got))
    return diagnose(sightings, quantity)


def drawn(variant: int) -> tuple[dict[str, Array], dict[str, Expected]]:
    rng = np.random.default_rng(variant)
    arrays = LINEAR.draw(rng, variant=variant)
    return arrays, reference_answer(LINEAR, arrays, rng)


def size(arrays: dict[str, Array]) -> int:
    return len(arrays["x"])


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda g, a: -g, "M09"),
        (lambda g, a: g / size(a), "M02"),
        (lambda g, a: 2 * g, "M57"),
        (lambda g, a: g / 2, "factor 1/2"),
        (lambda g, a: g * size(a), "factor N"),
        (lambda g, a: g / size(a) ** 2, "factor 1/N^2"),
        (lambda g, a: -g / size(a), "factor -1/N"),
        (lambda g, a: g * size(a) / (size(a) - 1), "factor N/(N-1)"),
        (lambda g, a: g / a["x"].shape[1], "factor 1/D"),
        (lambda g, a: g / a["grad_out"].size, "factor 1/(N*M)"),
        (lambda g, a: 0 * g, "zeros"),
        (lambda g, a: g.T, "M12"),
        (lambda g, a: g[np.newaxis], "kept-axis"),
        (lambda g, a: g[..., np.newaxis], "column"),
    ],
)
def test_a_known_change_is_named(change: Change, name: str) -> None:
    found = named(change)

    assert found is not None
    assert found.id == name
    assert found.hint


@pytest.mark.parametrize(
    "change",
    [
        lambda g, a: g + 0.1,
        lambda g, a: g * 1.37,
        lambda g, a: g**3,
        lambda g, a: np.sort(g, axis=None).reshape(g.shape),
        lambda g, a: np.full_like(g, np.nan),
        lambda g, a: g.astype(complex),
        lambda g, a: g[:1],
        # Right up to 5 for one shape and up to 7 for the other: no name fits both.
        lambda g, a: g * (5 if size(a) == 5 else 7),
    ],
)
def test_an_unknown_change_gets_no_name(change: Change) -> None:
    dtype = complex if change(np.ones((2, 2)), {"x": X5}).dtype.kind == "c" else float

    assert named(change, dtype=dtype) is None


X5 = np.ones((5, 2))


def test_single_precision_is_recognised_with_fewer_digits() -> None:
    found = named(lambda g, a: g / size(a), dtype=np.float32)

    assert found is not None
    assert found.id == "M02"


def test_single_precision_inside_is_recognised_by_its_digits() -> None:
    rounded = [
        Sighting(
            LINEAR,
            arrays,
            right,
            {
                "out": right["out"].value.astype(np.float32).astype(np.float64),
                "grad_weight": -right["grad_weight"].value * (1 + 1e-7),
            },
        )
        for arrays, right in map(drawn, (0, 1))
    ]

    found = diagnose(rounded, "grad_weight")

    assert found is not None
    assert found.id == "M09"


def test_noise_in_double_precision_is_not_a_match() -> None:
    assert named(lambda g, a: g / size(a) * (1 + 1e-5)) is None


def test_one_input_is_not_enough() -> None:
    rng = np.random.default_rng(1)
    arrays = LINEAR.draw(rng)
    right = reference_answer(LINEAR, arrays, rng)
    got = {"grad_weight": -right["grad_weight"].value}

    assert diagnose([Sighting(LINEAR, arrays, right, got)], "grad_weight") is None


def test_the_entry_that_explains_all_gradients_is_preferred() -> None:
    sightings = []
    for variant in (0, 1):
        rng = np.random.default_rng(variant)
        arrays = LINEAR.draw(rng, variant=variant)
        right = reference_answer(LINEAR, arrays, rng)
        got = {name: expected.value for name, expected in right.items()}
        for name in LINEAR.gradients:
            got[name] = got[name] / size(arrays)
        sightings.append(Sighting(LINEAR, arrays, right, got))

    found = {name: diagnose(sightings, name) for name in LINEAR.gradients}

    assert {name: d.id for name, d in found.items() if d} == {
        "grad_x": "M03",
        "grad_weight": "M03",
        "grad_bias": "M03",
    }


def test_a_batch_of_one_has_no_factor_that_divides_by_nothing() -> None:
    sightings = []
    for seed in (1, 2):
        rng = np.random.default_rng(seed)
        arrays = LINEAR.draw(rng, variant=2)
        right = reference_answer(LINEAR, arrays, rng)
        got = {"grad_weight": 1.37 * right["grad_weight"].value}
        sightings.append(Sighting(LINEAR, arrays, right, got))

    assert diagnose(sightings, "grad_weight") is None
