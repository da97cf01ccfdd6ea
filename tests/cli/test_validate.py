"""``grader validate``: an assignment holds, or the command says where it does not."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader.cli.main import main
from tests.cli.tiny_relu import SPEC
from tests.requirements import require_sandbox

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = Draft202012Validator(
    json.loads((ROOT / "docs/validate.schema.json").read_text("utf-8"))
)
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

    SCHEMA.validate(found)
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
    SCHEMA.validate(found)
    assert (code, found["holds"]) == (1, False)
    assert [one["rule"] for one in found["complaints"]][:2] == ["sample", "sample"]
    assert found["complaints"][0]["key"] == "samples/mask"
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


def test_every_item_says_how_often_it_was_judged_and_how_sure_one_can_be(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = run(capsys, folder, "--runs", "3", "--no-mistakes")

    assert [one["item"] for one in found["items"]] == [
        "forward.out",
        "backward.grad_x",
    ]
    for one in found["items"]:
        assert (one["runs"], one["flakes"]) == (3, 0)
        assert one["bound"] == pytest.approx(1 - 0.05 ** (1 / 3))
        assert 0 < one["median_seconds"] <= one["max_seconds"]
        assert one["distance"] < 2**14
    assert found["flakes"]["bound"] == pytest.approx(1 - 0.05 ** (1 / 3))
    assert (found["mistakes"], found["screening"]) == (None, None)


def test_an_item_that_is_not_as_stated_counts_as_a_flake_and_no_other_does(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample(folder, WRONG, 'about = "x"\nscore = 1\n')

    _, found = run(capsys, folder, "--no-mistakes")

    counts = {one["item"]: (one["runs"], one["flakes"]) for one in found["items"]}
    assert counts == {"forward.out": (2, 0), "backward.grad_x": (2, 1)}


def test_weak_choices_are_named_and_do_not_contradict(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = run(capsys, folder)

    assert code == 0
    assert [(one["severity"], one["rule"]) for one in found["complaints"]] == [
        ("advice", "without-follow-through")
    ]
    assert {one["visible"] for one in found["screening"]} == {1.0}


def test_the_table_ends_with_the_verdict(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["validate", str(folder), "--no-mistakes"])

    printed = capsys.readouterr().out
    assert not stopped.value.code
    assert "backward.grad_x" in printed
    assert printed.rstrip().endswith("tiny holds")


def test_the_table_of_what_does_not_hold_counts_the_contradictions(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "solution/relu.py").write_text(WRONG)

    with pytest.raises(SystemExit) as stopped:
        main(["validate", str(folder), "--no-mistakes"])

    printed = capsys.readouterr().out
    assert stopped.value.code == 1
    assert "not in 1" in printed
    assert printed.rstrip().endswith("tiny does not hold: 2 contradictions")
