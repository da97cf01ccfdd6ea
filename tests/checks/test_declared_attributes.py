"""Classes that keep their values elsewhere than in ``params`` and ``grads``."""

import pytest

from grader import engine
from grader.assignments import load_files
from grader.errors import AssignmentError
from grader.report import Report, Verdict
from tests.checks.fake_jail import FakeJail
from tests.checks.grading import result
from tests.checks.students import changed

HEAD = """
format = 1
slug = "attributes"
title = "Attributes"
[submission]
entry = "mlp.py"
[[component]]
name = "Dense"
operation = "linear"
construct = ["in_features", "out_features"]
[component.attributes]
weight = "W.value"
bias = "rest[0]"
grad_weight = "W.grad"
grad_bias = 'found()["b"]'
[[component]]
name = "Norm"
operation = "batch_norm"
construct = ["num_features"]
convention = { eps = 0.1, momentum = 0.9 }
[component.attributes]
gamma = "g"
beta = "b"
grad_gamma = "dg"
grad_beta = "db"
running_mean = 'moving["mean"]'
running_var = 'moving["var"]'
[[component]]
name = "ReLU"
operation = "relu"
[[component]]
name = "Entropy"
operation = "softmax_cross_entropy"
[[component]]
name = "SGD"
operation = "sgd"
construct = ["lr"]
[component.attributes]
weight = "W.value"
bias = "rest[0]"
grad_weight = "W.grad"
grad_bias = 'found()["b"]'
"""
OPTIMIZER_HEAD = HEAD.replace("grad_bias = 'found()[\"b\"]'", 'grad_bias = "rest[1]"')

STUDENT = """
import numpy as np

class Param:
    def __init__(self, value):
        self.value, self.grad = value, None

class Dense:
    def __init__(self, n, m):
        self.W = Param(np.zeros((n, m)))
        self.rest = [np.zeros(m), None]

    def found(self):
        return {"b": self.rest[1]}

    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.rest[0]

    def backward(self, d):
        self.W.grad = self.x.T @ d
        self.rest[1] = d.sum(axis=0)
        return d @ self.W.value.T

class Norm:
    def __init__(self, n):
        self.g, self.b = np.ones(n), np.zeros(n)
        self.moving = {"mean": np.zeros(n), "var": np.ones(n)}

    def forward(self, x):
        mean, var = x.mean(axis=0), x.var(axis=0)
        for key, value in (("mean", mean), ("var", var)):
            self.moving[key] = 0.9 * self.moving[key] + 0.1 * value
        self.root = np.sqrt(var + 0.1)
        self.hat = (x - mean) / self.root
        return self.g * self.hat + self.b

    def backward(self, d):
        self.dg, self.db = (d * self.hat).sum(axis=0), d.sum(axis=0)
        d = d * self.g
        d = d - d.mean(axis=0) - self.hat * (d * self.hat).mean(axis=0)
        return d / self.root

class ReLU:
    def forward(self, x):
        self.on = x > 0
        return np.where(self.on, x, 0.0)

    def backward(self, d):
        return d * self.on

class Entropy:
    def forward(self, z, y):
        rows = np.arange(len(y))
        logs = z - z.max(axis=1, keepdims=True)
        logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
        self.d = np.exp(logs)
        self.d[rows, y] -= 1
        self.d /= len(y)
        return -logs[rows, y].mean()

    def backward(self):
        return self.d

class SGD:
    def __init__(self, layers, lr):
        self.layers, self.lr = [one for one in layers if hasattr(one, "W")], lr

    def step(self):
        for layer in self.layers:
            layer.W.value -= self.lr * layer.W.grad
            layer.rest[0] = layer.rest[0] - self.lr * layer.rest[1]

def train(layers, loss, optimizer, X, y, batches):
    losses = []
    for rows in batches:
        value = X[rows]
        for layer in layers:
            value = layer.forward(value)
        losses.append(loss.forward(value, y[rows]))
        d = loss.backward()
        for layer in layers[::-1]:
            d = layer.backward(d)
        optimizer.step()
    return losses
"""
CHECKS = {
    "dense": (
        'kind = "backward"\ncomponent = "Dense"\n'
        "points = { grad_x = 1, grad_weight = 1, grad_bias = 1 }"
    ),
    "norm": (
        'kind = "forward"\ncomponent = "Norm"\n'
        "points = { out = 1, running_mean = 1, running_var = 1 }"
    ),
    "network": (
        'kind = "network"\nlayers = ["Dense", "Norm", "ReLU", "Dense"]\n'
        'widths = [6, 4]\nloss = "Entropy"\npoints = { together = 1 }'
    ),
    "effects": (
        'kind = "side_effects"\ncomponent = "Dense"\n'
        "points = { inputs_unchanged = 1, second_backward = 1 }"
    ),
    "training": (
        'kind = "training"\nlayers = ["Dense", "ReLU", "Dense"]\nloss = "Entropy"\n'
        'optimizer = "SGD"\nsettings = { lr = 0.1 }\nhidden = [5]\nexamples = 50\n'
        "batch_size = 16\nepochs = 4\npoints = { losses = 1 }\nfollow_through = 0.5"
    ),
    "sgd": 'kind = "optimizer"\ncomponent = "SGD"\nsettings = { lr = 0.1 }\npoints = 1',
}


def graded(source: str, *ids: str, head: str = HEAD) -> Report:
    text = head + "".join(f'\n[[check]]\nid = "{i}"\n{CHECKS[i]}\n' for i in ids)
    wanted = load_files({"assignment.toml": text.encode()})
    files = {"mlp.py": source.encode()}
    return engine.grade(wanted, files, "mlp.py", seed=3, jail=FakeJail())


def test_right_classes_earn_everything_wherever_they_keep_their_values() -> None:
    report = graded(STUDENT, "dense", "norm", "network", "effects", "training")

    assert {one.verdict for one in report.results} == {Verdict.PASSED}


def test_an_optimizer_finds_its_layers_as_they_are_declared() -> None:
    right = graded(STUDENT, "sgd", head=OPTIMIZER_HEAD)
    wrong = graded(
        changed(STUDENT, ("self.lr * layer.rest[1]", "layer.rest[1]")),
        "sgd",
        head=OPTIMIZER_HEAD,
    )

    assert right.score == 1
    assert "rest[0] of the layer" in wrong.results[0].message


def test_a_wrong_gradient_is_called_what_the_student_calls_it() -> None:
    report = graded(changed(STUDENT, ("= self.x.T @ d", "= self.x.T @ d * 2")), "dense")

    assert result(report, "grad_x").verdict is Verdict.PASSED
    found = result(report, "grad_weight")
    assert found.verdict is Verdict.FAILED
    assert found.message.startswith("Dense.W.grad ")


@pytest.mark.parametrize(
    ("old", "new", "quantity", "sentence"),
    [
        ("self.rest[1] = d", "rest = d", "grad_bias", "Dense.found()['b'] is None;"),
        ("self.W.grad =", "self.W.g =", "grad_weight", "Dense.W.grad is None;"),
        ("self.W = Param", "self.V = Param", "grad_x", "Dense has no attribute W."),
    ],
)
def test_a_missing_value_is_said_to_the_student(
    old: str, new: str, quantity: str, sentence: str
) -> None:
    report = graded(STUDENT.replace(old, new), "dense")

    found = result(report, quantity)
    assert found.verdict is Verdict.ERRORED
    assert sentence in found.message


def test_a_right_loop_over_a_wrong_part_is_found_by_stand_ins_that_look_alike() -> None:
    parts = changed(STUDENT, ("= self.x.T @ d", "= self.x.T @ d * 2"))

    report = graded(parts, "dense", "training")

    found = result(report, "losses")
    assert found.points == 0.5
    assert "the loop is right" in found.evidence["own_parts"]


def test_a_path_that_cannot_be_read_is_refused_with_its_line() -> None:
    head = HEAD.replace('grad_weight = "W.grad"', 'grad_weight = "W.grad +"', 1)

    with pytest.raises(AssignmentError) as refused:
        graded(STUDENT, "dense", head=head)

    (problem,) = refused.value.problems
    assert problem.startswith(
        "assignment.toml, line 14: component[0].attributes.grad_weight: must be "
    )


def test_a_key_that_names_no_value_of_the_layer_is_refused_with_its_line() -> None:
    head = HEAD.replace('grad_weight = "W.grad"', 'grad_wait = "W.grad"', 1)

    with pytest.raises(AssignmentError) as refused:
        graded(STUDENT, "dense", head=head)

    (problem,) = refused.value.problems
    assert "line 14: component[0].attributes.grad_wait: must be a parameter" in problem
