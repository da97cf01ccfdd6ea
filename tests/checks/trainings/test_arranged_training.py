"""Training a network whose parts have the arrays of a course."""

import pytest

from grader import engine
from grader.assignments import Assignment, load_files
from grader.errors import AssignmentError
from grader.report import Report, Verdict
from tests.checks.columns_course import HEAD, LOOP, PARTS
from tests.checks.fake_jail import FakeJail
from tests.checks.grading import result
from tests.checks.students import changed

TRAINING = """
kind = "training"
layers = ["Dense", "Tanh", "Dense"]
loss = "Entropy"
optimizer = "Descent"
settings = { lr = 0.2 }
hidden = [6]
examples = 100
batch_size = 16
epochs = 4
accuracy_floor = 0.5
follow_through = 0.5
points = { losses = 6, accuracy = 4 }
"""
BEFORE = """
[[check]]
id = "dense"
kind = "backward"
component = "Dense"
points = { grad_weight = 1 }
"""


def assignment(head: str = HEAD) -> Assignment:
    text = f'{head}{BEFORE}\n[[check]]\nid = "training"\n{TRAINING}'
    return load_files({"assignment.toml": text.encode()})


def graded(source: str, seed: int = 1) -> Report:
    files = {"mlp.py": source.encode()}
    return engine.grade(assignment(), files, "mlp.py", seed=seed, jail=FakeJail())


@pytest.mark.parametrize("seed", range(3))
def test_a_right_loop_over_right_parts_in_columns_earns_everything(seed: int) -> None:
    report = graded(PARTS + LOOP, seed)

    assert {one.verdict for one in report.results} == {Verdict.PASSED}
    assert report.score == report.max_score == 11


def test_a_wrong_loop_in_columns_loses_its_points_and_is_named() -> None:
    loop = changed(
        LOOP, ("loss.forward(a, Y[:, batch])", "loss.forward(a, Y[:, batch]) * 2")
    )

    found = result(graded(PARTS + loop), "losses")

    assert (found.verdict, found.points) == (Verdict.FAILED, 0)
    assert "step 1" in found.message


def test_a_right_loop_over_a_wrong_part_in_columns_keeps_its_share() -> None:
    parts = changed(PARTS, ("dz @ self.a.T / m", "dz @ self.a.T"))

    report = graded(parts + LOOP)

    found = result(report, "losses")
    assert (found.verdict, found.points) == (Verdict.FAILED, 3)
    assert "the loop is right" in found.evidence["own_parts"]
    assert "Dense" in found.message


def test_over_supplied_parts_a_loop_that_scales_a_gradient_is_told_so() -> None:
    parts = changed(PARTS, ("dz @ self.a.T / m", "dz @ self.a.T"))
    loop = changed(LOOP, ("d = layer.backward(d)", "d = layer.backward(d) * 3"))

    found = result(graded(parts + loop), "losses")

    assert found.points == 0
    assert "backward of layer 2 (Tanh)" in found.message
    assert "multiplied by 3" in found.message


def test_weights_that_come_back_in_rows_are_no_weights_of_this_course() -> None:
    parts = changed(
        PARTS,
        (
            "layer.params[name] -= self.lr * layer.grads[name]",
            "layer.params[name] = (layer.params[name] - self.lr * layer.grads[name]).T",
        ),
    )

    assert result(graded(parts + LOOP), "accuracy").verdict is not Verdict.PASSED


def test_the_loop_is_given_columns_and_one_hot_labels() -> None:
    loop = """
def train(layers, loss, optimizer, X, Y, batches):
    raise ValueError(f"{X.shape} {Y.shape} {layers[0].params['bias'].shape}")
"""

    found = result(graded(PARTS + loop), "losses")

    assert "(64, 100) (10, 100) (6, 1)" in found.message


def test_gradients_that_point_downhill_are_refused_with_what_to_do() -> None:
    head = HEAD.replace('grad_logits = "N"', 'grad_logits = "-N"')

    with pytest.raises(AssignmentError) as refused:
        assignment(head)

    first, *_ = refused.value.problems
    assert "layers[0]: the gradients of 'Dense' point downhill" in first
    assert "by the kind convergence" in first


def test_a_program_refuses_parts_with_arrays_of_their_own() -> None:
    body = TRAINING.replace('"training"', '"program"').replace(
        "{ losses = 6, accuracy = 4 }", "{ runs = 1 }\nprogram = 'mlp.py'"
    )
    body = "\n".join(
        line
        for line in body.splitlines()
        if not line.startswith(("accuracy_floor", "follow_through"))
    )
    text = f'{HEAD}\n[binding]\nfile = "binding.py"\n[[check]]\nid = "program"\n{body}'

    with pytest.raises(
        AssignmentError, match="'Dense' has arrays or scales of its own"
    ):
        load_files({"assignment.toml": text.encode(), "binding.py": b""})


CONVERGING = """
[[check]]
id = "learns"
kind = "convergence"
layers = ["Dense", "Tanh", "Dense"]
loss = "Entropy"
optimizer = "Descent"
settings = { lr = 0.2 }
hidden = [6]
examples = 300
batch_size = 16
epochs = 2
threshold = 0.6
runs = 1
points = 1
"""


def test_a_convergence_check_speaks_in_columns_too() -> None:
    loop = """
def train_network(X, Y, seed):
    assert X.shape == (64, 300) and Y.shape == (10, 300)
    W, b = np.zeros((10, 64)), np.zeros((10, 1))
    for _ in range(200):
        z = W @ X + b
        p = np.exp(z - z.max(axis=0))
        p /= p.sum(axis=0)
        W, b = W - (p - Y) @ X.T / 300, b - (p - Y).mean(axis=1, keepdims=True)
    return lambda x: W @ x + b
"""
    wanted = load_files({"assignment.toml": f"{HEAD}{CONVERGING}".encode()})
    files = {"mlp.py": f"import numpy as np\n{loop}".encode()}

    report = engine.grade(wanted, files, "mlp.py", seed=2, jail=FakeJail())

    assert [one.verdict for one in report.results] == [Verdict.PASSED]
