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


def masked(shape, mask, seed: int = 1, **arrays) -> Seen:
    rng = np.random.default_rng(seed)
    right = rng.normal(size=shape)
    wrong = np.zeros(shape, dtype=bool)
    wrong[mask] = True
    got = np.where(wrong, right + 1, right)
    return arrays, compare(Expected(right, 3.0), got)


@pytest.mark.parametrize(
    ("shape", "mask", "words"),
    [
        ((4, 4), np.eye(4, dtype=bool), "on the diagonal"),
        ((4, 4), ~np.eye(4, dtype=bool), "off the diagonal"),
        ((4, 5), np.s_[:, -1], "in the last column"),
        ((3, 4, 5), np.s_[:, :, 0], "at the first index of axis 2"),
        ((3, 4, 5), np.s_[:, :, [0, -1]], "at both ends of axis 2"),
        (
            (2, 3, 5, 6),
            np.pad(
                np.zeros((2, 3, 3, 4), bool),
                ((0, 0), (0, 0), (1, 1), (1, 1)),
                constant_values=True,
            ),
            "on the border of the image",
        ),
        ((2, 3, 5, 6), np.s_[:, :, 1:-1, 1:-1], "inside the border of the image"),
        ((2, 5, 6, 3), np.s_[:, 1:-1, 1:-1], "inside the border of the image"),
    ],
)
def test_places_that_depend_on_the_shape_only(shape, mask, words: str) -> None:
    assert where([masked(shape, mask, 1), masked(shape, mask, 2)]) == words


def test_the_last_step_of_a_sequence_is_called_so() -> None:
    found = masked((3, 4, 5), np.s_[:, -1])

    assert where([found], in_time=True) == "of the last step in time"
    assert where([found]) == "at the last index of axis 1"


def test_the_largest_entry_of_each_row_of_an_input() -> None:
    x = np.random.default_rng(3).normal(size=(5, 4))
    largest = x == x.max(axis=1, keepdims=True)

    assert where([masked((5, 4), largest, x=x)]) == "where x is the largest of its row"
    assert where([masked((5, 4), ~largest, x=x)]) == (
        "where x is not the largest of its row"
    )


def test_entries_whose_upstream_gradient_is_negative() -> None:
    upstream = np.random.default_rng(4).normal(size=(5, 4))

    found = where([masked((5, 4), upstream < 0, grad_out=upstream)])

    assert found == "where grad_out is negative"


def test_the_true_class_is_found_in_one_hot_columns() -> None:
    labels = np.eye(3, dtype=int)[:, [2, 0, 1, 1]]

    found = where([masked((3, 4), labels == 0, labels=labels)])

    assert found == "outside the column of the true class"


def test_labels_of_another_length_are_no_classes() -> None:
    found = masked((4, 3), np.s_[1], labels=np.zeros(7, dtype=int))

    assert where([found]) == ""


def test_a_vector_has_no_largest_entry_of_a_row() -> None:
    bias = np.array([1.0, -2.0, 3.0])

    assert where([masked((3,), np.s_[1], bias=bias)]) == "where bias is negative"
    assert where([masked((3,), np.s_[1:], bias=np.ones(3))]) == ""
