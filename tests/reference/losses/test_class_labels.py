import numpy as np
import pytest

from reference.errors import (
    ConventionError,
    DtypeError,
    LabelError,
    NonFiniteError,
    ShapeError,
)
from reference.losses.negative_log_likelihood import NegativeLogLikelihood
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy

LOSSES = [NegativeLogLikelihood, SoftmaxCrossEntropy]
SCORES = np.array([[-0.5, -1.0, -2.0], [-3.0, -0.25, -1.5]])
INDICES = np.array([2, 1])
ROWS = np.array([[0, 0, 1], [0, 1, 0]])

every_loss = pytest.mark.parametrize("loss", LOSSES)


@every_loss
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, np.float64])
def test_rows_of_zeros_and_a_one_mean_the_same_as_the_index(loss, reduction, dtype):
    by_index, by_row = loss(reduction), loss(reduction, labels="one_hot")
    value = by_index.forward(SCORES, INDICES)
    assert by_row.forward(SCORES, ROWS.astype(dtype)) == value
    np.testing.assert_array_equal(by_row.backward(), by_index.backward())


@every_loss
def test_rows_in_double_precision_leave_single_precision_alone(loss):
    made = loss(labels="one_hot")
    made.forward(SCORES.astype(np.float32), ROWS.astype(np.float64))
    assert made.backward().dtype == np.float32


@every_loss
def test_a_third_three_times_is_a_row(loss):
    thirds = np.full((2, 3), 1 / 3, dtype=np.float32)
    assert np.isfinite(loss(labels="one_hot").forward(SCORES, thirds))


@every_loss
def test_a_row_that_does_not_sum_to_one_is_refused(loss):
    sentence = f"^{loss.__name__}: labels must be rows that sum to 1, got a sum of 1.5$"
    with pytest.raises(LabelError, match=sentence):
        loss(labels="one_hot").forward(SCORES, np.full((2, 3), 0.5))


@every_loss
def test_rows_with_no_class_or_two_are_refused(loss):
    for rows, total in (([[0, 0, 0], [0, 1, 0]], 0), ([[0, 0, 1], [1, 1, 0]], 2)):
        with pytest.raises(LabelError, match=f"got a sum of {total}$"):
            loss(labels="one_hot").forward(SCORES, np.array(rows))


@every_loss
def test_a_negative_share_is_refused(loss):
    rows = np.array([[-1, 1, 1], [0, 1, 0]])
    with pytest.raises(LabelError, match=r"labels must not be negative, got -1$"):
        loss(labels="one_hot").forward(SCORES, rows)


@every_loss
def test_rows_that_are_not_finite_are_refused(loss):
    rows = np.array([[np.nan, 0.0, 1.0], [0.0, 1.0, 0.0]])
    with pytest.raises(NonFiniteError, match="labels must be finite, got nan"):
        loss(labels="one_hot").forward(SCORES, rows)


@every_loss
@pytest.mark.parametrize(
    ("labels", "got"), [(ROWS.astype(bool), "bool"), (ROWS.tolist(), "list")]
)
def test_rows_of_other_kinds_are_refused(loss, labels, got):
    with pytest.raises(DtypeError, match=f"labels must be .*, got {got}$"):
        loss(labels="one_hot").forward(SCORES, labels)


@every_loss
def test_indices_are_refused_where_rows_are_asked_for(loss):
    with pytest.raises(ShapeError, match=r"labels must be \(2, 3\), got \(2,\)"):
        loss(labels="one_hot").forward(SCORES, INDICES)


@every_loss
def test_another_form_is_refused_with_the_known_ones(loss):
    with pytest.raises(ConventionError, match="one of indices, one_hot, got 'rows'"):
        loss(labels="rows")


@every_loss
def test_the_default_takes_indices_and_averages(loss):
    assert (loss().labels, loss().reduction) == ("indices", "mean")
