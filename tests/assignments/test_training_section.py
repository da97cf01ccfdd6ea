"""A training check is read only if the parts of its network fit together."""

import pytest

from grader.assignments import load_files
from tests.assignments.test_loader import HEAD, problems

TRAINING = b"""
[[component]]
name = "CE"
operation = "softmax_cross_entropy"
[[check]]
id = "training"
kind = "training"
layers = ["Linear"]
hidden = []
loss = "CE"
optimizer = "SGD"
accuracy_floor = 0.8
points = { losses = 1, accuracy = 1 }
"""


def test_a_training_check_is_read() -> None:
    found = load_files({"assignment.toml": HEAD + TRAINING})

    assert found.check_list[0].title == "train: Linear with SGD"
    assert found.check_list[0].component == "train"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"hidden = []", b"hidden = [4]", "check[0].hidden: must be one width less"),
        (b'loss = "CE"', b'loss = "SGD"', "check[0].loss: must be a loss"),
        (
            b'layers = ["Linear"]',
            b'layers = ["Linear", "Conv"]',
            "check[0].layers[1]: there is no [[component]] named 'Conv'",
        ),
        (
            b"accuracy_floor = 0.8",
            b"accuracy_floor = 0.8\nexamples = 320",
            "check[0].examples: must not be a multiple of batch_size",
        ),
        (
            b"accuracy_floor = 0.8",
            b"accuracy_floor = 0.8\nexamples = 100\nepochs = 1",
            "check[0].epochs: must give at least 5 steps, got 4",
        ),
        (
            b"accuracy_floor = 0.8",
            b"accuracy_floor = 0.8\nsteps = 31",
            "check[0].steps: must give steps after the first short batch, which is "
            "batch 31; got 31 steps",
        ),
        (
            b"accuracy_floor = 0.8",
            b"accuracy_floor = 0.8\nepochs = 1",
            "check[0].epochs: must give steps after the first short batch",
        ),
        (
            b"accuracy_floor = 0.8",
            b"",
            "check[0].accuracy_floor: must be stated for accuracy",
        ),
        (
            b"accuracy_floor = 0.8",
            b"accuracy_floor = 0.8\nsettings = { momentum = 0.5 }",
            "check[0].settings: sgd: convention",
        ),
    ],
)
def test_parts_of_a_network_must_fit(old: bytes, new: bytes, problem: str) -> None:
    found = problems(HEAD + TRAINING.replace(old, new))

    assert any(problem in line for line in found), found


def test_accuracy_alone_needs_no_short_batch() -> None:
    text = HEAD + TRAINING.replace(b"losses = 1, ", b"") + b"examples = 320\n"

    found = load_files({"assignment.toml": text})

    assert found.check_list[0].max_points == 1
