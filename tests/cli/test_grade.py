"""``grader grade``: files in, a table or JSON out."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader import assignments
from grader.cli.grade import read_uploads
from grader.cli.main import main
from tests.requirements import require_sandbox

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = Draft202012Validator(
    json.loads((ROOT / "docs/report.schema.json").read_text("utf-8"))
)
SOLUTION = ROOT / "assignments/modular-mlp/solution/mlp.py"

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(scope="module")
def sandbox() -> None:
    require_sandbox()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "modular-mlp", *arguments])
    printed = capsys.readouterr()
    code = stopped.value.code
    return code if isinstance(code, int) else int(bool(code)), printed.out, printed.err


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0
    return json.loads(out)


def test_the_solution_scores_everything_and_its_json_follows_the_schema(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = as_json(capsys, str(SOLUTION))
    SCHEMA.validate(report)
    assert report["status"] == "graded"
    assert report["score"] == report["max_score"] == 100
    assert report["jail_tier"] in {"T1", "T2"}


def test_the_same_seed_gives_the_same_report(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def once() -> dict[str, Any]:
        report = as_json(
            capsys, str(SOLUTION), "--seed", "5", "--only", "linear-backward"
        )
        del report["seconds"]
        for result in report["results"]:
            del result["seconds"]
        return report

    assert once() == once()


def test_only_the_checks_asked_for_are_run(capsys: pytest.CaptureFixture[str]) -> None:
    report = as_json(capsys, str(SOLUTION), "--only", "relu-forward")
    assert {result["check"] for result in report["results"]} == {"relu-forward"}


def test_a_check_that_does_not_exist_is_refused_and_the_real_ones_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, err = run(capsys, str(SOLUTION), "--only", "nonsense")
    assert code == 2
    assert "nonsense" in err
    assert "linear-forward" in err


def test_a_syntax_error_is_refused_with_the_line_and_a_caret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "mlp.py"
    wrong.write_text("def forward(x:\n    return x\n")
    code, _, err = run(capsys, str(wrong))
    assert code == 2
    assert "line 1" in err
    assert "^" in err


def test_a_refusal_as_json_follows_the_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "mlp.py"
    empty.write_text("")
    code, out, _ = run(capsys, str(empty), "--json")
    refusal = json.loads(out)
    SCHEMA.validate(refusal)
    assert code == 2
    assert refusal["code"] == "empty-file"


def test_several_submissions_give_one_line_each_and_the_refused_one_hides_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.py"
    empty.write_text("")
    code, out, _ = run(
        capsys, str(empty), str(SOLUTION), "--only", "relu-forward", "--json"
    )
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 2
    assert [line["status"] for line in lines] == ["refused", "graded"]


def test_the_table_shows_the_message_of_what_failed_and_the_score(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = assignments.shipped("modular-mlp")
    wrong = next(
        sample
        for sample in assignments.samples(path)
        if sample.expected and sample.refused is None and sample.diagnoses
    )
    code, out, _ = run(capsys, str(path / "samples" / wrong.name))
    assert code == 0
    assert "failed" in out
    assert "of 100" in out


def test_a_folder_that_is_no_assignment_is_refused_with_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "no-such-assignment", str(SOLUTION)])
    assert stopped.value.code == 2
    assert "no-such-assignment" in capsys.readouterr().err


def test_a_folder_with_folders_keeps_their_names_and_leaves_tools_out(
    tmp_path: Path,
) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / ".venv").mkdir()
    for name in ("mlp.py", "parts/linear.py", ".venv/site.py"):
        (tmp_path / name).write_text("x = 1\n")
    ((name, content),) = read_uploads(tmp_path).items()
    assert name.endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["mlp.py", "parts/linear.py"]
