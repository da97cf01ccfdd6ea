"""Checks through an assignment's own binding.py: verdicts, names, and whose fault."""

from functools import cache

import pytest

from grader import engine
from grader.assignments import Assignment, load_files
from grader.report import CheckResult, Report, ReportStatus, Verdict
from tests.checks.fake_jail import FakeJail

TOML = """
format = 1
slug = "under-test"
title = "Under test"
[submission]
entry = "net.py"
[binding]
file = "binding.py"
[[component]]
name = "affine"
operation = "linear"
[component.names]
forward = "affine_forward"
backward = "affine_backward"
grad_bias = "db from affine_backward"
[[check]]
id = "forward"
kind = "forward"
component = "affine"
points = 1
[[check]]
id = "backward"
kind = "backward"
component = "affine"
points = { grad_x = 1, grad_weight = 1, grad_bias = 1 }
[[check]]
id = "gradcheck"
kind = "gradcheck"
component = "affine"
points = 1
"""
GRADIENTS = {
    "grad_x": "np.dot(d, w.T)",
    "grad_weight": "np.dot(x.T, d)",
    "grad_bias": "np.sum(d, axis=0)",
}

# The same gradients in four APIs; x (N, D), w (D, M) and d (N, M) in each formula.

CACHE = """
import numpy as np
def affine_forward(x, w, b):
    return x @ w + b, (x, w)
def affine_backward(d, cache):
    x, w = cache
    return {grad_x}, {grad_weight}, {grad_bias}
"""
CACHE_BINDING = """
from binding_tools import phase, unpack
def linear(student, x, weight, bias, grad_out=None):
    phase("forward")
    returned = student.affine_forward(x, weight, bias)
    out, cache = unpack(returned, "out, cache", "affine_forward")
    yield {"out": out}
    if grad_out is not None:
        phase("backward")
        returned = student.affine_backward(grad_out, cache)
        dx, dw, db = unpack(returned, "dx, dw, db", "affine_backward")
        yield {"grad_x": dx, "grad_weight": dw, "grad_bias": db}
"""
PLAIN = """
import numpy as np
def affine(x, w, b):
    return x @ w + b
def affine_grad(d, x, w):
    return {{"x": {grad_x}, "w": {grad_weight}, "b": {grad_bias}}}
"""
PLAIN_BINDING = """
from binding_tools import phase, read
def linear(student, x, weight, bias, grad_out=None):
    phase("forward")
    yield {"out": student.affine(x, weight, bias)}
    if grad_out is not None:
        phase("backward")
        found = student.affine_grad(grad_out, x, weight)
        for name, key in {"grad_x": "x", "grad_weight": "w", "grad_bias": "b"}.items():
            yield {name: read(found, key, "The result of affine_grad")}
"""
PARAMETERS = """
import numpy as np
class Param:
    def __init__(self, value):
        self.value, self.grad = value, 0
class Dense:
    def __init__(self, rows, columns):
        self.w, self.b = Param(np.ones((rows, columns))), Param(np.zeros(columns))
    def __call__(self, x):
        self.x = x
        return x @ self.w.value + self.b.value
    def back(self, d):
        x, w = self.x, self.w.value
        self.w.grad = self.w.grad + {grad_weight}
        self.b.grad = self.b.grad + {grad_bias}
        return {grad_x}
"""
PARAMETERS_BINDING = """
from binding_tools import call, method, phase, put, read
def linear(student, x, weight, bias, grad_out=None):
    phase("construct")
    layer = call(student.Dense, *weight.shape)
    put(read(layer, "w", "Dense"), "value", weight, "Dense.w")
    put(read(layer, "b", "Dense"), "value", bias, "Dense.b")
    phase("forward")
    yield {"out": call(layer, x)}
    if grad_out is not None:
        phase("backward")
        yield {"grad_x": method(layer, "back", "Dense")(grad_out)}
        yield {"grad_weight": layer.w.grad, "grad_bias": layer.b.grad}
"""
COLUMNS = """
import numpy as np
def forward(A, W, b):
    return W @ A + b
def backward(dZ, A, W):
    d, x, w, m = dZ.T, A.T, W.T, A.shape[1]
    dx, dw, db = {grad_x}, {grad_weight}, {grad_bias}
    return dx.T, dw.T / m, db.T / m
"""
COLUMNS_BINDING = """
from binding_tools import phase, unpack
def linear(student, x, weight, bias, grad_out=None):
    phase("forward")
    A, W = x.T.copy(), weight.T.copy()
    yield {"out": student.forward(A, W, bias[:, None]).T}
    if grad_out is not None:
        phase("backward")
        returned = student.backward(grad_out.T.copy(), A, W)
        dA, dW, db = unpack(returned, "dA, dW, db", "backward")
        yield {"grad_x": dA.T, "grad_weight": len(x) * dW.T, "grad_bias": len(x) * db.T}
"""
APIS = {
    "cache": (CACHE, CACHE_BINDING),
    "plain": (PLAIN, PLAIN_BINDING),
    "parameters": (PARAMETERS, PARAMETERS_BINDING),
    "columns": (COLUMNS, COLUMNS_BINDING),
}
MISTAKES = [
    ("grad_bias", "d", "M14"),
    ("grad_bias", "np.mean(d, axis=0)", "M15"),
    ("grad_bias", "np.sum(x.T @ d, axis=0)", "M17"),
    ("grad_weight", "np.dot(x.T, d).T", "M12"),
    ("grad_x", "-np.dot(d, w.T)", "M09"),
]


@cache
def bound(binding: str) -> Assignment:
    files = {"assignment.toml": TOML.encode(), "binding.py": binding.encode()}
    return load_files(files)


def graded(source: str, binding: str) -> Report:
    files = {"net.py": source.encode()}
    return engine.grade(bound(binding), files, "net.py", seed=4, jail=FakeJail())


def result(report: Report, check: str, quantity: str) -> CheckResult:
    (found,) = (r for r in report.results if (r.check, r.quantity) == (check, quantity))
    return found


@pytest.mark.parametrize("api", APIS)
def test_right_code_earns_everything_under_every_api(api):
    template, binding = APIS[api]
    report = graded(template.format(**GRADIENTS), binding)
    assert report.score == report.max_score == 5


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(("quantity", "formula", "known"), MISTAKES)
def test_the_same_mistake_has_the_same_name_under_every_api(
    api, quantity, formula, known
):
    template, binding = APIS[api]
    report = graded(template.format(**{**GRADIENTS, quantity: formula}), binding)
    wrong = {r.quantity for r in report.results if r.verdict is Verdict.FAILED}
    diagnosis = result(report, "backward", quantity).diagnosis
    assert wrong == {quantity, "gradcheck"}
    assert diagnosis is not None
    assert diagnosis.id == known


def test_sentences_use_the_students_names():
    source = CACHE.format(**{**GRADIENTS, "grad_bias": "d"})
    report = graded(source, CACHE_BINDING)
    start = "db from affine_backward has shape (5, 3), but"
    assert result(report, "backward", "grad_bias").message.startswith(start)
    assert result(report, "gradcheck", "gradcheck").message.startswith(start)


def test_a_fault_says_which_of_the_students_functions_it_was_in():
    source = CACHE.format(**{**GRADIENTS, "grad_x": "1 / 0"})
    report = graded(source, CACHE_BINDING)
    assert result(report, "forward", "out").verdict is Verdict.PASSED
    assert result(report, "backward", "grad_x").message == (
        "affine_backward raised ZeroDivisionError (net.py, line 7): division by zero."
    )


def test_a_fault_in_forward_says_that_backward_could_not_be_run():
    source = CACHE.format(**GRADIENTS).replace("return x @ w + b", "return nothing")
    found = result(graded(source, CACHE_BINDING), "backward", "grad_x")
    assert found.message.startswith(
        "affine_backward could not be run: affine_forward raised NameError (net.py, "
    )


def test_a_wrong_number_of_results_is_the_students_and_costs_points():
    source = CACHE.format(**GRADIENTS).replace(", (x, w)", "")
    found = result(graded(source, CACHE_BINDING), "forward", "out")
    assert (found.verdict, found.points) == (Verdict.ERRORED, 0)
    assert found.message == (
        "affine_forward returned one value, an array; expected a tuple of 2: out, "
        "cache."
    )


BREAKING = [
    ("return {'out': x.no_such_method()}", "binding.py, line 2: AttributeError:"),
    ("out, cache = student.affine(x, w)", "binding.py, line 2: NameError: name 'w'"),
    ("return [x]", "binding.py: linear gave a list; expected a dict of arrays"),
]


@pytest.mark.parametrize(("line", "reason"), BREAKING)
def test_a_mistake_of_the_binding_costs_nobody_and_needs_attention(line, reason):
    binding = f"def linear(student, x, weight, bias, grad_out=None):\n    {line}\n"
    report = graded(PLAIN.format(**GRADIENTS), binding)
    assert report.status is ReportStatus.NEEDS_ATTENTION
    assert {r.verdict for r in report.results} == {Verdict.BROKEN}
    found = result(report, "forward", "out")
    assert found.evidence["binding"].startswith(reason)
    assert "mistake in the assignment, not in your code" in found.message


def test_a_binding_that_does_not_load_costs_nobody():
    binding = f"import no_such_module\n{PLAIN_BINDING}"
    report = graded(PLAIN.format(**GRADIENTS), binding)
    assert {r.verdict for r in report.results} == {Verdict.BROKEN}


def test_a_student_who_blames_the_binding_earns_nothing():
    source = "class Binding(Exception): pass\ndef affine(x, w, b): raise Binding"
    report = graded(source, PLAIN_BINDING)
    assert report.status is ReportStatus.NEEDS_ATTENTION
    assert report.score == 0
