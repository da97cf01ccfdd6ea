import numpy as np
import pytest

from tests.reference.misconceptions.finding import wrong

EACH = 1.0 / 3.0
"""Probability of every class at every step: the logits are all zero."""


def probability(number, formula, labels, steps):
    """Return what a wrong formula takes for the probability of the labels."""
    arrays = {
        "logits": np.zeros((steps, 1, 3)),
        "labels": np.array([labels]),
        "input_lengths": np.array([steps]),
        "label_lengths": np.array([len(labels)]),
    }
    conventions = {"reduction": "sum"}
    found = wrong("ctc", number, formula, conventions=conventions, **arrays)
    return np.exp(-found["loss"])


@pytest.mark.parametrize(
    ("formula", "labels", "paths"),
    [
        ("no blanks between the labels", [1], ["111"]),
        ("without the last blank", [1], ["111", "-11", "--1"]),
        ("begin with the first label", [1], ["111", "11-", "1--"]),
        ("no label follows another", [1, 2], ["1-2"]),
    ],
)
def test_paths_that_are_forgotten_are_not_counted(formula, labels, paths):
    found = probability("M276", formula, labels, 3)
    assert found == pytest.approx(len(paths) * EACH**3)


def test_equal_labels_without_a_blank_between_them_are_counted_too_often():
    # 1-1 is right; 111 in two ways, -11 and 11- each spell a single 1.
    found = probability("M276", "may follow an equal one", [1, 1], 3)
    assert found == pytest.approx(5 * EACH**3)


def test_the_likeliest_path_is_one_of_those_that_spell_the_labels():
    found = probability("M277", "likeliest", [1, 2], 2)
    assert found == pytest.approx(EACH**2)


def test_padding_that_is_counted_makes_a_sequence_longer():
    arrays = {
        "logits": np.zeros((2, 1, 2)),
        "labels": [[1]],
        "input_lengths": np.array([1]),
        "label_lengths": np.array([1]),
    }
    found = wrong("ctc", "M278", **arrays)
    assert np.exp(-found["loss"]) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("formula", "divisors"),
    [("by input_lengths", [2 * 3, 2 * 2]), ("sum of label_lengths", [3, 3])],
)
def test_a_mean_over_other_lengths_weighs_the_examples_otherwise(formula, divisors):
    arrays = {
        "logits": np.zeros((3, 2, 2)),
        "labels": [[1, 1], [1, 1]],
        "input_lengths": np.array([3, 2]),
        "label_lengths": np.array([2, 1]),
    }
    found = wrong("ctc", "M05", formula, **arrays)
    losses = -np.log([1 / 8, 3 / 4])
    assert found["loss"] == pytest.approx(np.sum(losses / divisors))
