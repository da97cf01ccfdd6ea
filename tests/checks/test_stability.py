"""Large inputs: what is said where a loss breaks on them."""

import pytest

from grader.checks.feedback import comparing
from grader.checks.feedback import stability as words
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed

TOTAL = "e / e.sum(axis=1, keepdims=True)"
SHIFT = "logits - logits.max(axis=1, keepdims=True)"


def unstable(*changes: tuple[str, str]):
    report = graded(changed(PLAIN, *changes), "cross-entropy")
    return result(report, "stability")


def test_a_known_mistake_brings_its_own_question() -> None:
    found = unstable((SHIFT, "logits"))

    assert found.diagnosis is not None
    assert words.NOT_FINITE_HINT not in found.message


def test_numbers_that_are_not_finite_point_to_the_exponential() -> None:
    none_left = f"{TOTAL} * (np.abs(logits) < 500)"

    found = unstable((TOTAL, none_left))

    assert found.diagnosis is None
    assert "the loss is inf; right is " in found.message
    assert found.message.endswith(words.NOT_FINITE_HINT)


def test_wrong_numbers_that_are_finite_point_to_what_is_cut_off() -> None:
    cut = "np.clip(logits, -500, 500)"

    found = unstable((SHIFT, f"{cut} - {cut}.max(axis=1, keepdims=True)"))

    assert found.diagnosis is None
    assert found.message.startswith("With large inputs (logits from -1000 to 1000), ")
    assert found.message.endswith(words.FINITE_HINT)
    assert comparing.BY_HAND not in found.message


def test_what_is_wrong_for_ordinary_inputs_too_is_to_be_repaired_there() -> None:
    found = unstable(("labels]).mean()", "labels] * 1.3).mean() ** 1.1"))

    assert found.diagnosis is None
    assert found.message.endswith(words.ALSO_PLAIN)


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((-998.3, 1002.4), "(x from -1000 to 1000)"),
        ((-0.31, 2.0), "(x from -0.31 to 2)"),
    ],
)
def test_the_largest_input_is_named_with_round_ends(
    ends: tuple[float, float], text: str
) -> None:
    said = words.unstable("The loss is 1; right is 2.", "x", ends, "")

    assert said == f"With large inputs {text}, the loss is 1; right is 2."
