import numpy as np
import pytest

from grader.checks.compare import Comparison, Expected, compare
from grader.checks.support import where
from grader.contract.messages import Array

Seen = tuple[dict[str, Array], Comparison]


def seen(seed: int, wrong_where: str) -> Seen:
    rng = np.random.default_rng(seed)
    x, labels = rng.normal(size=(5, 4)), rng.integers(4, size=5)
    right = rng.normal(size=(5, 4))
    mask = {
        "negative": x < 0,
        "true class": np.arange(4) == labels[:, np.newaxis],
        "last row": np.arange(5)[:, np.newaxis] + np.zeros(4) == 4,
        "somewhere": rng.random((5, 4)) < 0.5,
        "everywhere": np.ones((5, 4), dtype=bool),
    }[wrong_where]
    got = np.where(mask, right + 1, right)
    return {"x": x, "labels": labels}, compare(Expected(right, 3.0), got)


@pytest.mark.parametrize(
    ("wrong_where", "words"),
    [
        ("negative", "where x is negative"),
        ("true class", "in the column of the true class"),
        ("last row", "in the last row"),
        ("somewhere", ""),
        ("everywhere", ""),
    ],
)
def test_words_that_fit_both_cases_are_said(wrong_where: str, words: str) -> None:
    assert where([seen(1, wrong_where), seen(2, wrong_where)]) == words


def test_words_that_fit_only_one_case_are_not_said() -> None:
    assert where([seen(1, "negative"), seen(2, "true class")]) == ""


def test_nothing_is_said_about_a_wrong_shape() -> None:
    wrong = compare(Expected(np.zeros((2, 3)), 1.0), np.zeros(3))

    assert where([({}, wrong)]) == ""


def test_a_vector_has_entries_and_no_rows() -> None:
    right = np.arange(4.0)
    got = right.copy()
    got[0] = 9.0

    assert where([({}, compare(Expected(right, 3.0), got))]) == "in the first entry"
