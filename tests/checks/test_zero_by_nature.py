"""Gradients that are zero whatever the inputs are: right code passes, wrong code fails.

Their terms cancel, so right code returns rounding noise, and so does code that only
scales it. The scale on which the noise is judged comes from the other gradients.
"""

import pytest

from grader import engine
from grader.assignments import load_files
from grader.report import Report, Verdict
from tests.checks.fake_jail import FakeJail
from tests.checks.network_grading import IMAGE_HEAD, graded, lost
from tests.checks.network_students import IMAGES
from tests.checks.students import changed

NORMALIZED = """
layers = ["Conv2d", "BatchNorm2d", "Tanh", "Flatten", "Linear"]
example = [2, 4, 6]
widths = [3, 5]
loss = "CrossEntropy"
"""
IN_SINGLE = changed(
    IMAGES,
    (
        'out = np.einsum("nchwij,fcij->nfhw", self.windows, self.params["weight"])',
        "self.windows = self.windows.astype(np.float32)\n"
        '        weight = self.params["weight"].astype(np.float32)\n'
        '        out = np.einsum("nchwij,fcij->nfhw", self.windows, weight)',
    ),
    (
        'self.grads["bias"] = grad_out.sum(axis=(0, 2, 3))',
        'self.grads["bias"] = grad_out.astype(np.float32).sum(axis=(0, 2, 3))',
    ),
)
ATTENTION = """
import numpy as np

KIND = float


class Part:
    def __init__(self, features, heads):
        self.heads = heads
        self.params, self.grads = {}, {}
        for letter in "qkvo":
            self.params[f"weight_{letter}"] = np.zeros((features, features))
            self.params[f"bias_{letter}"] = np.zeros(features)

    def held(self, name):
        return self.params[name].astype(KIND)

    def split(self, rows):
        n, t, e = rows.shape
        return rows.reshape(n, t, self.heads, e // self.heads).transpose(0, 2, 1, 3)

    def join(self, parts):
        n, h, t, k = parts.shape
        return parts.transpose(0, 2, 1, 3).reshape(n, t, h * k)

    def forward(self, query, key, value):
        self.inputs = [array.astype(KIND) for array in (query, key, value)]
        self.q, self.k, self.v = (
            self.split(x @ self.held(f"weight_{c}") + self.held(f"bias_{c}"))
            for x, c in zip(self.inputs, "qkv")
        )
        self.root = KIND(np.sqrt(self.q.shape[-1]))
        scores = self.q @ self.k.transpose(0, 1, 3, 2) / self.root
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        self.joined = self.join(self.p @ self.v)
        return self.joined @ self.held("weight_o") + self.held("bias_o")

    def keep(self, letter, x, grad):
        self.grads[f"weight_{letter}"] = np.einsum("nti,nto->io", x, grad)
        self.grads[f"bias_{letter}"] = grad.sum(axis=(0, 1))
        return grad @ self.held(f"weight_{letter}").T

    def backward(self, grad_out):
        d = self.split(self.keep("o", self.joined, grad_out.astype(KIND)))
        dp = d @ self.v.transpose(0, 1, 3, 2)
        ds = self.p * (dp - (dp * self.p).sum(axis=-1, keepdims=True)) / self.root
        grads = (
            ds @ self.k, ds.transpose(0, 1, 3, 2) @ self.q,
            self.p.transpose(0, 1, 3, 2) @ d,
        )
        return tuple(
            self.keep(c, x, self.join(g)) for c, x, g in zip("qkv", self.inputs, grads)
        )
"""
SINGLE = changed(ATTENTION, ("KIND = float\n", "KIND = np.float32\n"))


ASSIGNMENT = """
format = 1
slug = "under-test"
title = "Under test"
[submission]
entry = "student.py"
[[component]]
name = "Part"
operation = "multi_head_attention"
convention = { bias = true }
construct = ["features", "heads"]
[[check]]
id = "backward"
kind = "backward"
component = "Part"
points = { grad_bias_k = 1, grad_bias_q = 1, grad_weight_k = 1 }
"""


def attention(source: str, seed: int) -> Report:
    wanted = load_files({"assignment.toml": ASSIGNMENT.encode()})
    files = {"student.py": source.encode()}
    return engine.grade(wanted, files, "student.py", seed=seed, jail=FakeJail())


@pytest.mark.parametrize("source", [ATTENTION, SINGLE], ids=["double", "single"])
@pytest.mark.parametrize("seed", range(5))
def test_the_bias_of_the_keys_passes(source: str, seed: int) -> None:
    report = attention(source, seed)

    assert {one.verdict for one in report.results} == {Verdict.PASSED}


def test_a_wrong_gradient_of_the_bias_of_the_keys_fails() -> None:
    wrong = ("(dp * self.p).sum(axis=-1, keepdims=True)", "(dp * self.p).mean()")

    report = attention(changed(ATTENTION, wrong), 1)

    assert {one.verdict for one in report.results} == {Verdict.FAILED}


def test_a_constant_in_place_of_zero_fails() -> None:
    kept = 'self.grads[f"bias_{letter}"] = grad.sum(axis=(0, 1))'
    wrong = f'{kept} + (1e-3 if letter == "k" else 0)'

    report = attention(changed(ATTENTION, (kept, wrong)), 1)

    assert lost(report) == {"grad_bias_k"}


@pytest.mark.parametrize("source", [IMAGES, IN_SINGLE], ids=["double", "single"])
@pytest.mark.parametrize("seed", range(3))
def test_a_bias_before_batch_norm_passes(source: str, seed: int) -> None:
    report = graded(source, NORMALIZED, seed=seed, head=IMAGE_HEAD)

    assert not lost(report), [one for one in report.results if one.points < 1]


def test_a_wrong_gradient_of_a_bias_before_batch_norm_fails() -> None:
    source = changed(
        IMAGES,
        (
            "grad_out.sum(axis=(0, 2, 3))\n        padded",
            "grad_out[0].sum(axis=(1, 2))\n        padded",
        ),
    )

    report = graded(source, NORMALIZED, head=IMAGE_HEAD)

    assert lost(report) == {"1 Conv2d", "together"}
