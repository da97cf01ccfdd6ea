"""Wrongly clipped gradients, worked out by hand."""

import pytest

from tests.reference.misconceptions.finding import wrong


def test_a_limit_of_one_is_no_habit_where_it_is_asked_for():
    gradients = {"grad_weight": [[3.0, -0.5]], "grad_bias": [2.0, 0.25]}
    limited = {"limit": 1.0}
    assert wrong("clip_by_value", "M146", conventions=limited, **gradients) == {}
    found = wrong("clip_by_value", "M146", conventions={"limit": 0.25}, **gradients)
    assert found == {"clipped_weight": [[1.0, -0.5]]}


@pytest.mark.parametrize(
    ("formula", "norm"),
    [("absolute values", 7.0), ("largest", 4.0)],
)
def test_norms_of_another_kind(formula, norm):
    gradients = {"grad_weight": [[3.0, 0.0]], "grad_bias": [0.0, 4.0]}
    found = wrong("clip_by_norm", "M223", formula, **gradients)
    assert found["clipped_weight"] == [[pytest.approx(3.0 / norm), 0.0]]
