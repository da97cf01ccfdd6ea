"""Row 19: whatever student code gives back, a report ends within its points."""

import math
from itertools import product

import pytest

from tests.checks.grading import graded

_NUMBERS = ("np.nan", "np.inf", "-np.inf", "1e308", "-1e308", "5e-324", "0.0", "1e999")
_SHAPES = (
    "np.full(x.shape, {})",
    "np.full((), {})",
    "np.full((0,), {})",
    "np.full((*x.shape, 1), {})",
    "np.full(x.shape[::-1], {})",
    "np.full(x.shape, {}, dtype=np.float16)",
    "np.full(x.shape, {}).astype(complex)",
    "[{}] * x.size",
    "np.full(x.shape, str({}))",
    "np.full(x.shape, {}).astype(object)",
)
_OTHERS = (
    "None",
    "True",
    "'full marks'",
    "b'x' * 1000",
    "{'points': 1e9, 'verdict': 'passed'}",
    "object()",
    "type('A', (), {'__array__': lambda *a, **k: 1 / 0})()",
    "type('A', (), {'shape': x.shape, 'dtype': x.dtype})()",
    "type('F', (float,), {'__eq__': lambda *a: True})(1)",
    "np.ma.masked_all(x.shape)",
    "np.matrix(x.reshape(-1, 1))",
    "np.zeros(x.shape, dtype=[('a', 'f8')])",
    "np.zeros(x.shape, dtype='M8[s]')",
    "np.zeros(x.shape, dtype='S5')",
    "np.array([[1], [1, 2]], dtype=object)",
    "np.broadcast_to(np.nan, x.shape)",
    "range(10)",
    "(i for i in x)",
    "lambda: x",
    "10 ** 400",
)
ANSWERS = [shape.format(number) for shape, number in product(_SHAPES, _NUMBERS)]
ANSWERS += _OTHERS
SOURCE = """
import numpy as np
np.seterr(all="ignore")

class ReLU:
    def __init__(self):
        self.params, self.grads = {{}}, {{}}

    def forward(self, x):
        return {answer}

    def backward(self, x):
        return {answer}
"""
RIGHT = "np.maximum(x, 0)"


# That the numbers of a student overflow is what is tried here.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_malformed_answers_end_in_a_report_within_its_points() -> None:
    assert len(set(ANSWERS)) >= 100
    for answer in ANSWERS:
        report = graded(SOURCE.format(answer=answer), "relu-forward", "relu-backward")
        assert report.status == "graded", answer
        assert math.isfinite(report.score), answer
        assert 0 <= report.score < report.max_score, answer
        for result in report.results:
            assert math.isfinite(result.points), answer
            assert 0 <= result.points <= result.max_points, answer


def test_a_right_answer_does_get_points() -> None:
    report = graded(SOURCE.format(answer=RIGHT), "relu-forward")
    assert report.score == report.max_score > 0
