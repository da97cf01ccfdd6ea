"""``grader submit`` and ``grader login`` against a service that a test wrote down."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from grader.cli.login import login
from grader.cli.remote import following, service
from grader.cli.submit import submit
from tests.cli.remote.stand_in import StandIn, standing_in

PAGE = "/courses/dl/assignments/mlp"
TOKEN = "bpg_" + "x" * 43
RECEIPT = {"submission": "s-1", "number": 2, "page": "/submissions/s-1"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("GRADER_TOKEN", TOKEN)
    monkeypatch.setattr(service, "_PAUSES", (0.0, 0.0))
    monkeypatch.setattr(following, "_LEAST_PAUSE", 0.0)
    return tmp_path


@pytest.fixture
def code(home: Path) -> str:
    path = home / "mlp.py"
    path.write_text("x = 1\n")
    return str(path)


def report(status: str = "graded", **more: Any) -> dict[str, Any]:
    pending = status in {"queued", "running"}
    message = "grad_bias is 0.5 too small. Sum over the batch.\x1b[31m"
    result = {"check": "bias", "verdict": "failed", "message": message}
    check = {"id": "bias", "title": "Bias \x1b[31m", "points": None, "max_points": 4}
    if not pending:
        check["points"] = 1
    return {
        "status": status,
        "is_pending": pending,
        "poll_seconds": 0.0,
        "queue_place": 3 if status == "queued" else None,
        "progress": {"done": 0, "total": 1, "current": "Bias"},
        "checks": [check],
        "results": [] if pending else [result],
        "notices": [],
        "score": None if pending else 1.0,
        "max_score": 4.0,
        "is_partial": False,
        **more,
    }


def run(where: StandIn, *arguments: str) -> Result:
    return CliRunner().invoke(submit, [where.url + PAGE, *arguments])


def test_a_submission_is_followed_to_its_table(code: str) -> None:
    with standing_in(
        (201, RECEIPT, {}),
        (200, report("queued"), {"ETag": '"a"'}),
        (304, {}, {"ETag": '"a"'}),
        (200, report("running"), {"ETag": '"b"'}),
        (200, report(), {"ETag": '"c"'}),
    ) as there:
        result = run(there, code)

    assert result.exit_code == 0, result.output
    assert "place 3" in result.stderr
    assert "check 1 of 1: Bias" in result.stderr
    assert "score 1 of 4" in result.stdout
    assert "grad_bias is 0.5 too small." in result.stdout
    assert "Sum over" not in result.stdout
    assert "\x1b" not in result.output
    assert there.asked[2][2]["If-None-Match"] == '"a"'


def test_a_lost_connection_is_tried_again_with_the_same_key(code: str) -> None:
    with standing_in(None, (503, {}, {}), (201, RECEIPT, {})) as there:
        result = run(there, code, "--no-wait")

    assert (result.exit_code, result.stdout) == (0, "s-1\n")
    keys = [headers["Idempotency-Key"] for _, _, headers in there.asked]
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_a_service_that_stays_away_leaves_a_sentence(code: str) -> None:
    with standing_in(None, None, None) as there:
        result = run(there, code)
    assert result.exit_code == 1
    assert "may or may not have been handed in" in result.stderr


def test_a_refusal_is_said_as_the_service_says_it(code: str) -> None:
    body = {"detail": "You have used all attempts.", "code": "attempts-used-up"}
    with standing_in((422, body, {})) as there:
        result = run(there, code)
    assert result.exit_code == 1
    assert "You have used all attempts." in result.stderr
    assert len(there.asked) == 1


def test_a_run_that_could_not_be_graded_is_no_success(code: str) -> None:
    ended = report("needs_attention", score=None)
    with standing_in((201, RECEIPT, {}), (200, ended, {})) as there:
        result = run(there, code, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["status"] == "needs_attention"


def test_a_mistake_that_costs_nothing_here_is_called_credited(code: str) -> None:
    check = {"id": "bias", "title": "Bias", "points": 4, "max_points": 4}
    ended = report(checks=[check], score=4.0)
    with standing_in((201, RECEIPT, {}), (200, ended, {})) as there:
        result = run(there, code)
    assert "credited" in result.stdout
    assert "failed" not in result.stdout


def test_ctrl_c_says_that_the_submission_stays(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.cli.submit.follow", interrupt)
    with standing_in((201, RECEIPT, {})) as there:
        result = run(there, code)
    assert result.exit_code == 130
    assert "stays in the queue" in result.stderr


def test_the_token_does_not_follow_a_redirect(code: str) -> None:
    with standing_in() as other:
        away = {"Location": other.url + "/steal"}
        with standing_in((307, {}, away)) as there:
            result = run(there, code)
    assert result.exit_code == 1
    assert other.asked == []


@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("http://grader.example.edu" + PAGE, ()),
        ("https://grader.example.edu", ()),
        ("https://grader.example.edu", ("--course", "dl")),
        ("https://grader.example.edu" + PAGE, ("--course", "dl")),
        ("https://me:secret@grader.example.edu" + PAGE, ()),
        ("grader.example.edu" + PAGE, ()),
    ],
)
def test_a_wrong_address_is_a_wrong_command(
    code: str, address: str, more: tuple[str, ...]
) -> None:
    result = CliRunner().invoke(submit, [address, code, *more])
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_login_keeps_a_token_that_works_for_its_owner_and_service_alone(
    code: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRADER_TOKEN")
    me = {"name": "Ada", "scope": "submit"}
    with standing_in((200, me, {}), (201, RECEIPT, {})) as there:
        entered = CliRunner().invoke(login, [there.url], input=f"{TOKEN}\n")
        sent = run(there, code, "--no-wait")
    with standing_in() as other:
        refused = run(other, code)

    assert (entered.exit_code, sent.exit_code, refused.exit_code) == (0, 0, 2)
    assert TOKEN not in entered.output
    assert there.asked[1][2]["Authorization"] == f"Bearer {TOKEN}"
    assert "is for http://127.0.0.1" in refused.stderr
    kept = home / "config" / "backprop-grader" / "token"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_login_keeps_no_token_that_does_not_work(home: Path) -> None:
    with standing_in((401, {"detail": "No."}, {})) as there:
        result = CliRunner().invoke(login, [there.url], input="wrong\n")
    assert result.exit_code == 1
    assert "does not know this token" in result.stderr
    assert not (home / "config").exists()


def test_a_token_that_others_may_read_is_not_used(code: str, home: Path) -> None:
    path = home / "token"
    path.write_text(TOKEN)
    path.chmod(0o644)
    with standing_in() as there:
        result = run(there, code, "--token-file", str(path))
    assert result.exit_code == 2
    assert "chmod 600" in result.stderr


def test_the_command_starts_without_anything_of_the_server() -> None:
    heavy = "flask sqlalchemy numpy pydantic celery grader.services grader.web"
    script = (
        "import sys, grader.cli.submit, grader.cli.login\n"
        f"print([name for name in {heavy.split()} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=os.environ
    )
    assert done.stdout.strip() == "[]", done.stderr
