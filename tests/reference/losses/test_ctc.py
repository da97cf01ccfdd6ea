import itertools
import math

import numpy as np
import pytest

from reference.errors import ConventionError, DtypeError, LabelError, ShapeError
from reference.losses.ctc import CTC
from tests.reference.numerical import UNIT

LABELS = np.array([[1, 1], [2, 0], [0, 0]])  # for blank 0 the padding is not read
INPUT_LENGTHS = np.array([4, 3, 2])
LABEL_LENGTHS = np.array([2, 1, 0])


def spelled(path, blank):
    """Merge repetitions, then remove blanks."""
    merged = [one for one, _ in itertools.groupby(path)]
    return [one for one in merged if one != blank]


def naive(probabilities, labels, blank):
    """Add up all C**T paths of one example.

    Return minus the logarithm of their probability, and the share of each class at
    each step.
    """
    steps, classes = probabilities.shape
    total, at = 0.0, np.zeros((steps, classes))
    for path in itertools.product(range(classes), repeat=steps):
        if spelled(path, blank) != list(labels):
            continue
        product = math.prod(float(probabilities[t, k]) for t, k in enumerate(path))
        total += product
        for t, k in enumerate(path):
            at[t, k] += product
    return -math.log(total), at / total


def naive_batch(scores, labels, reduction, blank, *, source="logits"):
    """Return the loss and the gradient of a batch by enumeration."""
    loss, gradient = 0.0, np.zeros_like(scores)
    count = len(labels)
    for n in range(count):
        steps, length = INPUT_LENGTHS[n], LABEL_LENGTHS[n]
        probabilities = np.exp(scores[:steps, n])
        if source == "logits":
            probabilities /= probabilities.sum(axis=1, keepdims=True)
        value, shares = naive(probabilities, labels[n, :length], blank)
        weight = {
            "mean": 1 / max(length, 1) / count,
            "example_mean": 1 / count,
            "sum": 1.0,
        }[reduction]
        loss += weight * value
        likely = probabilities if source == "logits" else 0.0
        gradient[:steps, n] = weight * (likely - shares)
    return loss, gradient


@pytest.fixture
def scores():
    return np.random.default_rng(11).normal(size=(4, 3, 3))


@pytest.mark.parametrize("reduction", CTC.reductions)
@pytest.mark.parametrize("source", CTC.sources)
@pytest.mark.parametrize("blank", [0, 2])
def test_agrees_with_the_sum_over_all_paths(scores, reduction, source, blank):
    labels = LABELS if blank == 0 else np.array([[1, 1], [0, 2], [2, 2]])
    loss = CTC(reduction, source, blank)
    value = loss.forward(scores, labels, INPUT_LENGTHS, LABEL_LENGTHS)
    expected, gradient = naive_batch(scores, labels, reduction, blank, source=source)
    # Four steps of 13 roundings and a softmax on one side, sums of 81 on the other.
    assert abs(value - expected) <= 400 * UNIT * max(abs(expected), 1.0)
    assert np.max(np.abs(loss.backward() - gradient)) <= 400 * UNIT


def test_one_label_in_two_steps_by_hand():
    # Paths that spell a 1: (1, 1), (0, 1), (1, 0).
    first, second = np.array([0.25, 0.75]), np.array([0.5, 0.5])
    total = 0.75 * 0.5 + 0.25 * 0.5 + 0.75 * 0.5
    logs = np.log(np.array([[first], [second]]))
    loss = CTC("sum", "log_probs")
    value = loss.forward(logs, np.array([[1]]), np.array([2]), np.array([1]))
    assert abs(value + math.log(total)) <= 40 * UNIT
    shares = np.array([[0.125, 0.75], [0.375, 0.5]]) / total
    assert np.max(np.abs(loss.backward()[:, 0] + shares)) <= 40 * UNIT


def test_a_repeated_label_needs_a_blank_between():
    # The only path of three steps that spells 1, 1 is (1, 0, 1).
    logits = np.random.default_rng(12).normal(size=(3, 1, 2))
    loss = CTC("sum", "log_probs")
    value = loss.forward(logits, np.array([[1, 1]]), np.array([3]), np.array([2]))
    expected = -(logits[0, 0, 1] + logits[1, 0, 0] + logits[2, 0, 1])
    assert abs(value - expected) <= 20 * UNIT * np.sum(np.abs(logits))
    np.testing.assert_allclose(
        loss.backward()[:, 0], [[0, -1], [-1, 0], [0, -1]], rtol=0, atol=20 * UNIT
    )


def test_no_labels_at_all_cost_a_blank_at_each_step():
    logs = np.random.default_rng(13).normal(size=(3, 1, 2))
    loss = CTC("mean", "log_probs")
    empty = np.zeros((1, 0), dtype=np.int64)
    value = loss.forward(logs, empty, np.array([3]), np.array([0]))
    assert abs(value + logs[:, 0, 0].sum()) <= 20 * UNIT * np.sum(np.abs(logs))
    np.testing.assert_allclose(
        loss.backward()[:, 0], [[-1, 0]] * 3, rtol=0, atol=20 * UNIT
    )


def test_steps_beyond_the_input_and_labels_beyond_theirs_are_not_read(scores):
    loss = CTC()
    before = loss.forward(scores, LABELS, INPUT_LENGTHS, LABEL_LENGTHS)
    changed, padded = scores.copy(), LABELS.copy()
    changed[3, 1] += 5.0
    changed[2:, 2] -= 5.0
    padded[1, 1] = padded[2, 0] = -1
    assert loss.forward(changed, padded, INPUT_LENGTHS, LABEL_LENGTHS) == before
    gradient = loss.backward()
    assert not gradient[3, 1].any()
    assert not gradient[2:, 2].any()
    assert gradient[2, 1].all()


def test_two_thousand_steps_neither_underflow_nor_lose_the_gradient():
    steps = 2000
    logits = np.zeros((steps, 1, 4))
    labels = np.resize([1, 2, 3], (1, 300))
    loss = CTC("sum")
    value = loss.forward(logits, labels, np.array([steps]), np.array([300]))
    # No two neighbours are equal: a path is a choice of 2 * 300 boundaries with two
    # kinds of steps between them, which gives binomial(T + L, 2 * L) paths.
    count = math.lgamma(2301) - math.lgamma(601) - math.lgamma(1701)
    expected = steps * math.log(4) - count
    # Thirteen roundings at each step of logarithms that are at most 2000 * log(4).
    error = 13 * steps * UNIT * steps * math.log(4)
    assert abs(value - expected) <= error
    assert np.max(np.abs(loss.backward().sum(axis=2))) <= error


def test_logits_a_thousand_apart_cost_their_distance():
    logits = np.zeros((2, 1, 3))
    logits[:, :, 2] = 1000.0
    loss = CTC("sum")
    value = loss.forward(logits, np.array([[1]]), np.array([2]), np.array([1]))
    # Three paths, each with probability exp(-2000).
    assert abs(value - (2000.0 - math.log(3))) <= 20 * UNIT * 2000
    third = 1 / 3
    np.testing.assert_allclose(
        loss.backward()[:, 0],
        [[-third, -2 * third, 1.0]] * 2,
        rtol=0,
        # The logarithms are near 2000, so that their last digit is 2**-43.
        atol=20 * UNIT * 2000,
    )


def test_single_precision_stays_single_precision(scores):
    loss = CTC()
    right = loss.forward(scores, LABELS, INPUT_LENGTHS, LABEL_LENGTHS)
    single = scores.astype(np.float32)
    value = loss.forward(single, LABELS, INPUT_LENGTHS, LABEL_LENGTHS)
    assert abs(value - right) <= 1e-5
    assert loss.backward().dtype == np.float32


class TestRefusals:
    def test_scores_that_have_no_time_are_refused(self, scores):
        sentence = r"^CTC: logits must be \(T, N, C\) with none of them 0, got \(3, 3\)"
        with pytest.raises(ShapeError, match=sentence):
            CTC().forward(scores[0], LABELS, INPUT_LENGTHS, LABEL_LENGTHS)

    @pytest.mark.parametrize(
        ("changes", "error", "sentence"),
        [
            pytest.param(
                {"labels": LABELS[:2]},
                ShapeError,
                r"labels must be \(3, L\), got \(2, 2\)",
                id="labels for another number of examples",
            ),
            pytest.param(
                {"labels": LABELS[:, 0]},
                ShapeError,
                r"labels must be \(3, L\), got \(3,\)",
                id="labels in one row for all",
            ),
            pytest.param(
                {"input_lengths": np.array([5, 3, 2])},
                LabelError,
                "input_lengths must be 0 to 4, got 5",
                id="an input longer than there are steps",
            ),
            pytest.param(
                {"label_lengths": np.array([3, 1, 0])},
                LabelError,
                "label_lengths must be 0 to 2, got 3",
                id="more labels than there are",
            ),
            pytest.param(
                {"label_lengths": np.array([2, 1])},
                ShapeError,
                r"label_lengths must be \(3,\), got \(2,\)",
                id="lengths for another number of examples",
            ),
            pytest.param(
                {"input_lengths": INPUT_LENGTHS.astype(float)},
                DtypeError,
                "input_lengths must be integers, got float64",
                id="lengths that are no integers",
            ),
            pytest.param(
                {"labels": LABELS.astype(float)},
                DtypeError,
                "labels must be integers, got float64",
                id="labels that are no integers",
            ),
            pytest.param(
                {"labels": np.array([[1, 3], [2, 0], [0, 0]])},
                LabelError,
                "labels must be 0 to 2, got 3",
                id="a label that is no class",
            ),
            pytest.param(
                {"labels": np.array([[1, 0], [2, 0], [0, 0]])},
                LabelError,
                "labels must not be the blank, got 0",
                id="a blank among the labels",
            ),
            pytest.param(
                {"input_lengths": np.array([2, 3, 2])},
                LabelError,
                "input_lengths must be at least 3 for the 2 labels of example 0, "
                "1 of them repeated, got 2$",
                id="an input too short for a repeated label",
            ),
            pytest.param(
                {"input_lengths": np.array([4, 3, 0])},
                LabelError,
                "input_lengths must be at least 1 for the 0 labels of example 2",
                id="an input without a step",
            ),
        ],
    )
    def test_what_does_not_fit_together_is_refused(
        self, scores, changes, error, sentence
    ):
        fitting = {
            "labels": LABELS,
            "input_lengths": INPUT_LENGTHS,
            "label_lengths": LABEL_LENGTHS,
        }
        with pytest.raises(error, match=f"^CTC: {sentence}"):
            CTC().forward(scores, **{**fitting, **changes})

    def test_a_blank_that_is_no_class_is_refused(self, scores):
        with pytest.raises(LabelError, match=r"^CTC: blank must be 0 to 2, got 3$"):
            CTC(blank=3).forward(scores, LABELS, INPUT_LENGTHS, LABEL_LENGTHS)

    @pytest.mark.parametrize("blank", [-1, 1.0, True, "0"])
    def test_a_blank_that_is_no_index_is_refused(self, blank):
        with pytest.raises(
            ValueError, match=r"^CTC: blank must be an index of a class"
        ):
            CTC(blank=blank)

    def test_unknown_conventions_are_refused_with_the_known_ones(self):
        known = "one of mean, example_mean, sum, got 'average'"
        with pytest.raises(ConventionError, match=known):
            CTC("average")
        with pytest.raises(ConventionError, match="one of logits, log_probs, got"):
            CTC(source="probabilities")
