"""The path of an optimizer in single precision is told from a wrong one."""

import numpy as np
import pytest

from grader.checks.compare import Expected
from grader.checks.paths import DOUBLE, SINGLE, first_deviation
from grader.checks.sightings import Sighting
from grader.report import Verdict
from reference.operations import create
from tests.checks.every_operation import graded
from tests.variants.harness import student, styles

SMALL_STEPS = (
    ("adam", {"lr": 0.001}),
    ("rmsprop", {"lr": 0.001}),
    ("momentum", {"lr": 0.01, "form": "average"}),
)


def sighting(got: np.ndarray, *, start: float = 3.0, step: float = 1e-4) -> Sighting:
    right = start + step * np.arange(1.0, 9.0)[:, np.newaxis]
    arrays = {"weight": np.array([start]), "grad_weight": np.ones((8, 1))}
    expected = {"weight": Expected(right, step)}
    return Sighting(create("sgd"), arrays, expected, {"weight": got})


RIGHT = sighting(np.zeros((8, 1))).right["weight"].value


def test_rounding_of_what_is_kept_in_single_precision_is_no_deviation() -> None:
    kept = [np.float32(3.0)]
    for _ in range(8):
        kept.append(np.float32(kept[-1] + np.float32(1e-4)))
    seen = sighting(np.array(kept[1:], dtype=np.float64)[:, np.newaxis])

    assert first_deviation(seen, DOUBLE) is not None
    assert first_deviation(seen, SINGLE) is None


def test_the_same_error_in_double_precision_is_one() -> None:
    kept = RIGHT.astype(np.float32).astype(np.float64) + 1e-12

    found = first_deviation(sighting(kept), SINGLE)

    assert found is not None
    assert found.step == 0


def test_a_wrong_path_in_single_precision_is_one() -> None:
    wrong = (3.0 + 1.01e-4 * np.arange(1.0, 9.0)).astype(np.float32)[:, np.newaxis]

    found = first_deviation(sighting(wrong), SINGLE)

    assert found is not None
    assert found.name == "weight"


def test_a_path_that_is_no_number_deviates_at_once() -> None:
    found = first_deviation(sighting(np.full((8, 1), np.nan)), SINGLE)

    assert found is not None
    assert (found.step, found.error) == (0, np.inf)


@pytest.mark.parametrize(("name", "conventions"), SMALL_STEPS)
def test_small_steps_in_single_precision_pass_with_a_notice(name, conventions) -> None:
    for style in styles(name, conventions):
        for seed in range(4):
            jail = student(name, conventions, style, single=True)
            (found,) = graded(name, conventions, jail, seed).results
            assert found.verdict is Verdict.PASSED, found.message
            assert "single precision" in found.message
