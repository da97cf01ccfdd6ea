"""``grader feedback``: what students read, collected before they do."""

from pathlib import Path

import pytest

from grader.assignments.spec import HintsSpec
from grader.cli.feedback import as_read, shown, told
from grader.cli.main import main
from grader.report import CheckResult, Diagnosis, Verdict
from grader.services.hints import Curtain
from grader.validation.exhibits import Exhibit
from tests.cli.tiny_relu import SPEC
from tests.requirements import require_sandbox

WRONG = """
import numpy as np


class ReLU:
    params, grads = {}, {}

    def forward(self, x):
        return np.maximum(x, 0)

    def backward(self, grad_out):
        return grad_out[:, 0]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assignment.toml").write_text(SPEC)
    (tmp_path / "handout.md").write_text("# Tiny\n")
    for name, source in (("wrong-shape", WRONG), ("broken-colon", "class ReLU\n")):
        sample = tmp_path / "samples" / name
        sample.mkdir(parents=True)
        (sample / "relu.py").write_text(source)
        (sample / "expected.toml").write_text('about = "Written on purpose."\n')
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["feedback", *arguments])
    assert not stopped.value.code
    captured = capsys.readouterr()
    return captured.out, captured.err


def result(quantity: str, message: str, **more: object) -> CheckResult:
    verdict = Verdict.FAILED
    return CheckResult(
        "b", "Backward", "ReLU", quantity, verdict, 0, 1, message, **more
    )


def test_every_known_mistake_is_made_and_answered(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = printed(capsys, str(folder), "--no-samples")

    assert "ReLU: mask taken from the upstream gradient" in out
    assert "Looks like: mask taken from the upstream gradient." in out
    assert int(err.split()[0]) > 8


def test_two_collections_are_alike(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once = printed(capsys, str(folder), "--no-samples")

    assert printed(capsys, str(folder), "--no-samples") == once


def test_samples_are_graded_and_refusals_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_sandbox()

    out, err = printed(capsys, str(folder), "--no-mistakes")

    assert "must have shape (5, 7)" in out
    assert "relu.py is not valid Python" in out
    assert err == "2 messages\n"


def test_a_page_has_headings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = printed(capsys, str(folder), "--no-samples", "--markdown")

    assert out.startswith("# Tiny\n")
    assert "\n## ReLU: upstream gradient ignored\n" in out
    assert "\n> **Looks like: " in out


def test_what_is_said_twice_is_shown_once() -> None:
    same = [result("grad_x", "It failed."), result("grad_bias", "It failed.")]

    found = told((*same, result("out", "Something else.")))

    assert [one.message for one in found] == ["It failed.", "Something else."]
    assert found[0].places == (
        "Backward, grad_x: failed",
        "Backward, grad_bias: failed",
    )


def test_the_likely_cause_follows_the_message() -> None:
    cause = Diagnosis("M1", "too many minus signs", "How many are there?")
    exhibit = Exhibit("minus", "A sign.", (result("out", "It is 1.", diagnosis=cause),))

    text = shown(exhibit, markdown=False)

    assert text.splitlines()[-2:] == [
        "  It is 1.",
        "  Looks like: too many minus signs. How many are there?",
    ]


@pytest.mark.parametrize(("is_open", "count"), [(True, 1), (False, 0)])
def test_a_name_that_students_never_read_is_not_printed(is_open, count):
    named = Diagnosis("M35", "mask taken from the gradient", "Which array is it?")
    wrong = CheckResult(
        "backward", "ReLU", "ReLU", "grad_x", Verdict.FAILED, 0, 2, "Off.", named
    )
    curtain = Curtain(HintsSpec(show="never", diagnosis="hidden"), is_open)
    exhibit = as_read(Exhibit("wrong-mask", "the mask", (wrong,)), curtain)

    text = shown(exhibit, markdown=False)

    assert "Off." in text
    assert text.count(named.title) == count
    assert text.count(named.hint) == count
