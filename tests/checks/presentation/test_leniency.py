import numpy as np
import pytest

from grader.checks.presentation.leniency import (
    VectorForm,
    accepted,
    is_vector,
    reshaped,
)
from grader.report import Verdict
from tests.checks.arranged_students import LINEAR_COLUMNS, Course
from tests.checks.arranging import graded

ROW = 'accept = { grad_bias = ["row", "flat"] }'
SOURCE = LINEAR_COLUMNS.source
ROW_BIAS = SOURCE.replace(
    "dz.sum(axis=1, keepdims=True)", "dz.sum(axis=1, keepdims=True).T"
)
LENIENT = Course(
    "linear",
    "layer",
    ROW_BIAS,
    LINEAR_COLUMNS.tables,
    f"{ROW}\n{LINEAR_COLUMNS.keys}",
)


@pytest.mark.parametrize(
    ("form", "shape"), [("flat", (5,)), ("row", (1, 5)), ("column", (5, 1))]
)
def test_an_accepted_form_is_put_into_the_right_shape(form: str, shape) -> None:
    right, got = np.zeros(5), np.arange(5.0).reshape(shape)

    found = reshaped(right, got, [VectorForm(form)])

    assert found.shape == (5,)
    assert found.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("shape", [(5, 1), (1, 1, 5), (4,), (5, 5)])
def test_any_other_shape_stays_as_it_is(shape) -> None:
    got = np.zeros(shape)

    assert reshaped(np.zeros(5), got, [VectorForm.ROW]) is got


def test_a_matrix_has_one_shape_only() -> None:
    got = np.zeros((1, 6))

    assert not is_vector((2, 3))
    assert reshaped(np.zeros((2, 3)), got, list(VectorForm)) is got


def test_only_named_quantities_may_have_another_form() -> None:
    right = {"grad_bias": np.zeros(3), "grad_slope": np.zeros(3)}
    got = {name: np.zeros((1, 3)) for name in (*right, "more")}

    found = accepted(right, got, {"grad_bias": [VectorForm.ROW], "more": []})

    assert {name: value.shape for name, value in found.items()} == {
        "grad_bias": (3,),
        "grad_slope": (1, 3),
        "more": (1, 3),
    }


def test_a_pass_in_another_form_says_so() -> None:
    report = graded(LENIENT)

    assert {one.verdict for one in report.results} == {Verdict.PASSED}
    (bias,) = [one for one in report.results if one.quantity == "grad_bias"]
    assert bias.evidence["notice"] == "Shape (1, 3) was accepted for (3, 1)."
    assert "Shape (1, 3) was accepted for (3, 1)." in bias.message


def test_wrong_numbers_in_an_accepted_form_fail_and_are_named() -> None:
    report = graded(LENIENT, ROW_BIAS.replace("keepdims=True).T", "keepdims=True).T*2"))

    (bias,) = [one for one in report.results if one.quantity == "grad_bias"]
    assert bias.verdict is Verdict.FAILED
    assert bias.diagnosis is not None
    assert bias.diagnosis.title == "gradient counted twice"


def test_without_leniency_the_same_shape_fails() -> None:
    report = graded(LINEAR_COLUMNS, ROW_BIAS)

    (bias,) = [one for one in report.results if one.quantity == "grad_bias"]
    assert bias.verdict is Verdict.FAILED
    assert "has shape (1, 3), but must have shape (3, 1)" in bias.message
