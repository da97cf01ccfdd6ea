"""Every kind of check works through an own binding.py."""

from functools import cache

import pytest

from grader import engine
from grader.assignments import Assignment, load_files
from grader.report import Report, Verdict
from tests.checks.fake_jail import FakeJail

HEAD = """
format = 1
slug = "under-test"
title = "Under test"
[submission]
entry = "net.py"
[binding]
file = "binding.py"
[[component]]
name = "rectified"
operation = "relu"
[[component]]
name = "squash"
operation = "sigmoid"
[[component]]
name = "cross_entropy"
operation = "softmax_cross_entropy"
[[component]]
name = "step"
operation = "sgd"
construct = ["lr"]
[[component]]
name = "start"
operation = "xavier"
[[component]]
name = "shorten"
operation = "clip_by_norm"
"""
KINDS = {
    "interface": 'components = ["step", "start"]\nfunctions = ["loss_and_gradient"]',
    "forward": 'component = "shorten"\n'
    "points = { clipped_weight = 1, clipped_bias = 1 }",
    "backward": 'component = "squash"\npoints = 1',
    "gradcheck": 'component = "squash"\npoints = 1',
    "stability": 'component = "squash"\npoints = 1',
    "subgradient": 'component = "rectified"\npoints = { out = 1, grad_x = 1 }',
    "loss": 'component = "cross_entropy"\npoints = { loss = 1, grad_logits = 1 }',
    "optimizer": 'component = "step"\nsettings = { lr = 0.1 }\npoints = 1',
    "initializer": 'component = "start"\npoints = { mean = 1, variance = 1 }',
    "network": 'layers = ["squash", "rectified"]\nloss = "cross_entropy"\n'
    "points = { loss = 1, together = 1 }",
    "side_effects": 'component = "squash"\n'
    "points = { inputs_unchanged = 1, two_objects = 1, returned_view = 1, "
    "batch_of_one = 1, non_contiguous = 1, float32_input = 1, integer_input = 1 }",
}
BINDING = """
import numpy as np
from binding_tools import unpack

def relu(student, x, grad_out=None):
    yield {"out": student.rectified(x)}
    if grad_out is not None:
        yield {"grad_x": grad_out * student.slope(x)}

def sigmoid(student, x, grad_out=None):
    out, pull = unpack(student.squash(x), "out, pull", "squash")
    yield {"out": out}
    if grad_out is not None:
        yield {"grad_x": pull(grad_out)}

def softmax_cross_entropy(student, logits, labels):
    returned = student.loss_and_gradient(logits, labels)
    loss, gradient = unpack(returned, "loss, gradient", "loss_and_gradient")
    return {"loss": loss, "grad_logits": gradient}

def sgd(student, weight, bias, grad_weight, grad_bias, *, options):
    (lr,) = options["construct"]
    path = {"weight": [], "bias": []}
    for gradients in zip(grad_weight, grad_bias):
        weight, bias = student.step([weight, bias], gradients, lr)
        path["weight"].append(weight)
        path["bias"].append(bias)
    return {name: np.stack(rows) for name, rows in path.items()}

def xavier(student, shape):
    return {"weight": student.start(*shape)}

def clip_by_norm(student, grad_weight, grad_bias):
    weight, bias = student.shorten([grad_weight, grad_bias], 1.0)
    return {"clipped_weight": weight, "clipped_bias": bias}
"""
STUDENT = """
import numpy as np

def rectified(x):
    return np.maximum(x, 0)

def slope(x):
    return (x > 0) * 1.0

def squash(x):
    out = 0.5 + 0.5 * np.tanh(x / 2)
    return out, lambda d: d * out * (1 - out)

def loss_and_gradient(z, y):
    rows, z = np.arange(len(y)), z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    gradient = p.copy()
    gradient[rows, y] -= 1
    return -np.log(p[rows, y]).mean(), gradient / len(y)

def step(parameters, gradients, lr):
    return [p - lr * g for p, g in zip(parameters, gradients)]

def start(fan_in, fan_out):
    return np.random.randn(fan_in, fan_out) * np.sqrt(2 / (fan_in + fan_out))

def shorten(gradients, limit):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * min(1, limit / norm) for g in gradients]
"""
WRONG = {
    "interface": ("def step(", "def steps("),
    "forward": ("limit / norm)", "limit / norm**2)"),
    "backward": ("d * out * (1 - out)", "d * out"),
    "gradcheck": ("d * out * (1 - out)", "d * out"),
    "stability": ("0.5 + 0.5 * np.tanh(x / 2)", "np.exp(x) / (1 + np.exp(x))"),
    "subgradient": ("(x > 0) * 1.0", "(x > 0) * 1.0 - (x == 0)"),
    "loss": ("gradient / len(y)", "gradient"),
    "optimizer": ("p - lr * g", "p + lr * g"),
    "initializer": ("np.sqrt(2 /", "np.sqrt(3 /"),
    "network": ("d * out * (1 - out)", "d * out"),
    "side_effects": (
        "    out = 0.5 + 0.5 * np.tanh(x / 2)\n",
        "    out = 0.5 + 0.5 * np.tanh(x / 2)\n    x += 1\n",
    ),
}


@cache
def assignment(kind: str) -> Assignment:
    body = KINDS[kind] if "points" in KINDS[kind] else f"{KINDS[kind]}\npoints = 1"
    text = f'{HEAD}\n[[check]]\nid = "only"\nkind = "{kind}"\n{body}\n'
    files = {"assignment.toml": text.encode(), "binding.py": BINDING.encode()}
    return load_files(files)


def graded(kind: str, source: str) -> Report:
    files = {"net.py": source.encode()}
    return engine.grade(assignment(kind), files, "net.py", seed=6, jail=FakeJail())


@pytest.mark.parametrize("kind", KINDS)
def test_right_code_earns_everything(kind):
    report = graded(kind, STUDENT)
    assert {r.verdict for r in report.results} == {Verdict.PASSED}
    assert report.score == report.max_score > 0


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_code_does_not(kind):
    old, new = WRONG[kind]
    assert STUDENT.count(old) == 1
    report = graded(kind, STUDENT.replace(old, new))
    assert Verdict.FAILED in {r.verdict for r in report.results}
    assert report.score < report.max_score
