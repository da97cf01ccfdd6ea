"""Assignments with one check of the kind ``network``."""

from grader import engine
from grader.assignments import Assignment, load_files
from grader.report import CheckResult, Report
from tests.checks.fake_jail import FakeJail
from tests.checks.grading import HEAD

IMAGE_HEAD = """
format = 1
slug = "under-test"
title = "Under test"
[submission]
entry = "mlp.py"
[[component]]
name = "Conv2d"
operation = "conv2d"
construct = ["in_channels", "out_channels"]
convention = { kernel = 3, stride = 1, padding = "same" }
[[component]]
name = "BatchNorm2d"
operation = "spatial_batch_norm"
construct = ["num_features"]
convention = { eps = 0.1, momentum = 0.9 }
[[component]]
name = "ReLU"
operation = "relu"
[[component]]
name = "Tanh"
operation = "tanh"
[[component]]
name = "MaxPool2d"
operation = "max_pool2d"
convention = { kernel = 2 }
[[component]]
name = "Flatten"
operation = "flatten"
[[component]]
name = "Dropout"
operation = "dropout"
construct = ["rate"]
convention = { rate = 0.4 }
[[component]]
name = "Linear"
operation = "linear"
construct = ["in_features", "out_features"]
[[component]]
name = "CrossEntropy"
operation = "softmax_cross_entropy"
"""

DEEP = """
layers = ["Linear", "ReLU", "Linear", "Tanh", "Linear"]
widths = [6, 8, 4]
loss = "SoftmaxCrossEntropy"
"""
LENET = """
layers = [
    "Conv2d", "ReLU", "MaxPool2d", "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d",
    "Flatten", "Linear", "Tanh", "Dropout", "Linear",
]
example = [1, 8, 8]
widths = [3, 4, 6, 5]
loss = "CrossEntropy"
"""


def assignment(body: str, names: list[str], head: str = HEAD) -> Assignment:
    """Return an assignment whose only check is a network; a point for each quantity."""
    quantities = [f"{at} {name}" for at, name in enumerate(names, start=1)]
    points = ", ".join(f'"{name}" = 1' for name in (*quantities, "loss", "together"))
    text = (
        f'{head}\n[[check]]\nid = "network"\nkind = "network"\n'
        f"points = {{ {points} }}\n{body}\n"
    )
    return load_files({"assignment.toml": text.encode()})


def names_in(body: str) -> list[str]:
    """Return the layers that a check's lines name."""
    inside = body.split("layers = [")[1].split("]", maxsplit=1)[0]
    return [name.strip(' "\n') for name in inside.split(",") if name.strip(' "\n')]


def graded(source: str, body: str = DEEP, *, seed: int = 1, head: str = HEAD) -> Report:
    """Return the report of a source under one network."""
    wanted = assignment(body, names_in(body), head)
    files = {"mlp.py": source.encode()}
    return engine.grade(wanted, files, "mlp.py", seed=seed, jail=FakeJail())


def result(report: Report, quantity: str) -> CheckResult:
    """Return the result of one quantity."""
    (found,) = (one for one in report.results if one.quantity == quantity)
    return found


def lost(report: Report) -> set[str]:
    """Return the quantities that did not earn their point."""
    return {one.quantity for one in report.results if one.points < one.max_points}
