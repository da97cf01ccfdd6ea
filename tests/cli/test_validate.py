"""``grader validate``: an assignment holds, or the command says where it does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from grader.cli.main import main
from tests.requirements import require_sandbox

SPEC = """
format = 1
slug = "tiny"
title = "Tiny"
[submission]
entry = "relu.py"
[[component]]
name = "ReLU"
operation = "relu"
[[check]]
id = "forward"
kind = "forward"
component = "ReLU"
points = 1
[[check]]
id = "backward"
kind = "backward"
component = "ReLU"
points = 2
"""
RIGHT = """
import numpy as np


class ReLU:
    params, grads = {}, {}

    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, grad_out):
        return grad_out * (self.x > 0)
"""
WRONG = RIGHT.replace("self.x > 0", "grad_out > 0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    require_sandbox()
    (tmp_path / "assignment.toml").write_text(SPEC)
    (tmp_path / "handout.md").write_text("# Tiny\n")
    (tmp_path / "starter").mkdir()
    (tmp_path / "starter/relu.py").write_text("class ReLU: ...\n")
    (tmp_path / "solution").mkdir()
    (tmp_path / "solution/relu.py").write_text(RIGHT)
    return tmp_path


def sample(folder: Path, source: str, expected: str) -> None:
    place = folder / "samples" / "mask"
    place.mkdir(parents=True)
    (place / "relu.py").write_text(source)
    (place / "expected.toml").write_text(expected)


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, *options: str
) -> tuple[int, dict[str, Any]]:
    with pytest.raises(SystemExit) as stopped:
        main(["validate", str(folder), "--json", *options])
    return int(stopped.value.code or 0), json.loads(capsys.readouterr().out)


def test_an_assignment_whose_samples_score_as_stated_holds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stated = 'about = "x"\nscore = 1\n[verdicts]\n"backward.grad_x" = "failed"\n'
    sample(folder, WRONG, stated + '[diagnoses]\n"backward.grad_x" = "M35"\n')

    code, found = run(capsys, folder, "--runs", "2")

    assert (code, found["holds"], found["max_score"]) == (0, True, 3)
    assert [trial["name"] for trial in found["trials"]] == ["solution"] * 2 + [
        "mask"
    ] * 2
    assert len({trial["seed"] for trial in found["trials"]}) == 2


def test_a_sample_that_scores_otherwise_is_named_with_what_surprised(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample(folder, WRONG, 'about = "x"\nscore = 3\n')

    code, found = run(capsys, folder)

    (trial,) = (t for t in found["trials"] if t["name"] == "mask")
    assert code == 1
    assert trial["surprises"] == [
        "backward.grad_x: expected passed, got failed",
        "score: expected 3.0, got 1.0",
    ]


def test_a_sample_that_should_be_refused_and_is_not_is_a_surprise(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample(folder, RIGHT, 'about = "x"\nrefused = "syntax-error"\n')

    code, found = run(capsys, folder)

    assert code == 1
    assert found["trials"][-1]["surprises"] == ["expected to be refused: syntax-error"]


def test_a_solution_that_does_not_score_everything_is_a_surprise(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "solution/relu.py").write_text(WRONG)

    code, found = run(capsys, folder)

    assert code == 1
    assert found["trials"][0]["score"] == 1


def test_without_a_solution_nothing_is_proved(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "solution/relu.py").unlink()
    (folder / "solution").rmdir()

    with pytest.raises(SystemExit) as stopped:
        main(["validate", str(folder)])

    assert stopped.value.code == 2
    assert "solution is missing" in capsys.readouterr().err
