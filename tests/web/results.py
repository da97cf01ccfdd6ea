"""Hand-made results for the tests of the pages: every verdict and every look once."""

import math
from dataclasses import replace
from typing import Any

from grader.report import CheckResult, Diagnosis, Verdict


def passed(outline: Any, quantity: str, points: float) -> CheckResult:
    curves = {"axis": "step", "stride": 1, **_loss_curves(0.0)}
    return CheckResult(
        check=outline.id,
        title=outline.title,
        component=outline.component,
        quantity=quantity,
        verdict=Verdict.PASSED,
        points=points,
        max_points=points,
        message=f"{quantity} is right.",
        evidence={
            "case": {"x": [5, 7], "weight": [7, 3]},
            "shape": [5, 3],
            "dtype": "float64",
            "distance": 1.5,
            "bound": 1048576.0,
        }
        | ({"curves": curves} if quantity == "losses" else {}),
        seconds=0.01,
    )


def mixed(outline: Any, quantity: str, points: float) -> CheckResult:
    """Judge differently by quantity and kind, so that every look of a line occurs."""
    right = passed(outline, quantity, points)
    if quantity == "grad_bias":
        return _wrong_bias(right)
    if outline.id == "relu-forward":
        return _raised(right)
    if outline.id.endswith("gradcheck"):
        return replace(
            right,
            verdict=Verdict.SKIPPED,
            points=0,
            message="Not run, because this needs “Linear: forward” to pass first.",
            evidence={},
        )
    if quantity in {"losses", "trajectory"}:
        return replace(
            right,
            verdict=Verdict.FAILED,
            points=0,
            message="After step 4 of 40 the loss is 2.51; right is 2.19.",
            evidence={
                "expected": 2.19,
                "got": 2.51,
                "worst_index": [3],
                "curves": {"axis": "step", "stride": 1, **_loss_curves(0.5)},
            },
        )
    return right


def _wrong_bias(right: CheckResult) -> CheckResult:
    return replace(
        right,
        verdict=Verdict.FAILED,
        points=0,
        message=(
            'grads["bias"] has the right shape (3,), but entry [1] is 0; right is '
            "-3.525. 2 of 3 entries are off."
        ),
        diagnosis=Diagnosis(
            "M02",
            "The bias gradient is not summed over the batch",
            "Every row of the batch uses the same bias. How do their contributions "
            "come together?",
        ),
        evidence={
            **right.evidence,
            "worst_index": [1],
            "expected": -3.5251234567,
            "got": 0.0,
            "distance": 3.1e15,
            "distance_in_words": (
                "If every input changes in its last (16th) digit, the right answer "
                "moves by about 4e-16. Yours is off by 3.5, more than "
                "1,000,000,000,000,000 times as much."
            ),
            "replay": 'x = np.array([0.5])\nprint(x[0] < 1, "should be", True)\n',
            "wrong_along": [[2, 3]],
            "wrong_entries": 2,
            "entries": 3,
            "first_wrong": [[1], [2]],
            "error_grid": {
                "shape": [2, 24],
                "rows": [0, 1],
                "columns": [0, 8, 16],
                "errors": [[0.0, 3.53, 0.5], ["inf", 0.0, 0.01]],
            },
            "excerpt": {
                "start": [0, 0],
                "expected": [[1.25, -3.5251234567, 0.75]],
                "got": [[1.25, 0.0, "nan"]],
            },
        },
    )


def _raised(right: CheckResult) -> CheckResult:
    return replace(
        right,
        verdict=Verdict.ERRORED,
        points=0,
        message=(
            "ReLU.forward raised TypeError: unsupported operand <img src=x> "
            "(mlp.py, line 9)."
        ),
        evidence={
            "outcome": "raised",
            "fault": {
                "kind": "TypeError",
                "message": "unsupported operand <img src=x onerror=alert(1)>",
                "phase": "forward",
                "file": "mlp.py",
                "line": 9,
                "source": 'self.grads["bias"] = grad_out',
                "traceback": "  mlp.py, line 9, in backward\n    self.grads[...]\n",
            },
        },
    )


def _loss_curves(drift: float) -> dict[str, list[float]]:
    steps = range(40)
    return {
        "expected": [2.3 * math.exp(-0.06 * step) + 0.08 for step in steps],
        "got": [
            2.3 * math.exp(-(0.06 - 0.04 * drift) * step)
            + 0.08
            + drift * 0.1 * math.sin(step)
            for step in steps
        ],
    }
