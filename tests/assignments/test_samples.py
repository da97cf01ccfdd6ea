from pathlib import Path

import pytest

from grader.assignments import samples
from grader.errors import AssignmentError
from grader.report import Verdict
from tests.checks.grading import graded
from tests.checks.students import PLAIN, changed


def write(folder: Path, name: str, expected: str | None) -> Path:
    place = folder / "samples" / name
    place.mkdir(parents=True)
    (place / "mlp.py").write_text("pass")
    if expected is not None:
        (place / "expected.toml").write_text(expected)
    return place


def test_samples_come_in_order_with_their_files(tmp_path: Path) -> None:
    write(tmp_path, "wrong-b", 'about = "B."\nrefused = "syntax-error"')
    place = write(tmp_path, "right-a", 'about = "A."\nscore = 93')
    (place / "parts").mkdir()
    (place / "parts" / "x.py").write_text("x")

    first, second = samples(tmp_path)

    assert (first.name, first.about, first.expected_score) == ("right-a", "A.", 93)
    assert set(first.files) == {"mlp.py", "parts/x.py"}
    assert (second.name, second.refused) == ("wrong-b", "syntax-error")


def test_an_assignment_without_samples_has_none(tmp_path: Path) -> None:
    assert samples(tmp_path) == ()


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        (None, "samples/s/expected.toml: there is no such file"),
        ("score = ", "samples/s/expected.toml: is not valid TOML"),
        ("score = 1", "samples/s/expected.toml, line 0: about: "),
        (
            'about = "x"\n[verdicts]\n"a.b" = "fine"',
            "samples/s/expected.toml, line 2: verdicts.a.b",
        ),
        (
            'about = "x"\n[diagnoses]\n"no-dot" = "M14"',
            "samples/s/expected.toml: no-dot: must be check.quantity",
        ),
        ('about = "x"\nscores = 3', "samples/s/expected.toml, line 2: scores: "),
    ],
)
def test_a_wrong_statement_is_named(
    tmp_path: Path, expected: str | None, problem: str
) -> None:
    write(tmp_path, "s", expected)

    with pytest.raises(AssignmentError) as caught:
        samples(tmp_path)

    assert caught.value.problems[0].startswith(problem)


def test_a_report_as_stated_holds_no_surprise(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s",
        'about = "x"\nscore = 8\n[verdicts]\n"linear-backward.grad_bias" = "failed"\n'
        '[diagnoses]\n"linear-backward.grad_bias" = "M15"',
    )
    (sample,) = samples(tmp_path)
    wrong = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"))

    assert sample.expected == {("linear-backward", "grad_bias"): (Verdict.FAILED,)}
    assert sample.surprises(graded(wrong, "linear-backward")) == []


def test_a_sample_may_leave_open_what_chance_decides(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s",
        'about = "x"\n[verdicts]\n'
        '"linear-backward.grad_bias" = ["passed", "skipped"]\n',
    )
    (sample,) = samples(tmp_path)

    assert sample.expected == {
        ("linear-backward", "grad_bias"): (Verdict.PASSED, Verdict.SKIPPED)
    }


def test_every_surprise_is_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s",
        'about = "x"\nscore = 7\n[verdicts]\n"linear-backward.grad_x" = "failed"\n'
        '"other.out" = "failed"\n[diagnoses]\n"linear-backward.grad_bias" = "M14"',
    )
    (sample,) = samples(tmp_path)
    wrong = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"))

    assert sample.surprises(graded(wrong, "linear-backward")) == [
        "linear-backward.grad_x: expected failed, got passed",
        "linear-backward.grad_bias: expected passed, got failed",
        "linear-backward.grad_bias: expected diagnosis M14, got M15",
        "other.out: expected failed, but there is no such result",
        "score: expected 7.0, got 8.0",
    ]
