"""Wrong patience, worked out by hand."""

import pytest

from tests.reference.misconceptions.finding import wrong


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("waited > patience", {"stopped_at": 4}),
        ("last epoch", {"best_epoch": 3}),
        ("counted from 1", {"best_epoch": 2}),
    ],
)
def test_early_stopping_after_two_bad_epochs(formula, expected):
    found = wrong(
        "early_stopping",
        "M159",
        formula,
        conventions={"patience": 2, "min_improvement": 0.0},
        losses=[3.0, 2.0, 4.0, 5.0, 6.0],
    )
    assert found == expected


def test_a_count_that_is_kept_reduces_the_rate_at_every_later_epoch():
    found = wrong(
        "reduce_on_plateau",
        "M237",
        "by a reduction",
        conventions={"lr": 1.0, "factor": 0.5, "patience": 1, "threshold": 0.0},
        losses=[3.0, 3.0, 3.0, 3.0, 3.0],
    )
    assert found == {"rate": [1.0, 1.0, 0.5, 0.25, 0.125]}
