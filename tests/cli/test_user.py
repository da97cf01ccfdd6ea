"""What an operator does for people who cannot get in."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.cli.main import main
from grader.config import Settings
from grader.db import Database
from grader.models import User
from grader.services import accounts, sessions, tokens

ANN = "ann@example.org"


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["user", *arguments])
    return int(stopped.value.code or 0)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("GRADER_HOME", str(tmp_path / "home"))
    assert command("add", ANN, "--name", "Ann") == 0
    return Database(Settings.from_environment().database_url)


def test_people_are_let_in_again_and_signed_out(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        user_id = accounts.user_by_email(session, ANN).id
        user = session.get_one(User, user_id)
        user.totp_secret = "sealed"
        key = sessions.start(session, user_id=user_id, mark=user.fs_uniquifier, now=now)
        tokens.create(
            session, user_id=user_id, name="Lap", scope="read", days=2, now=now
        )
    capsys.readouterr()
    assert command("tokens", ANN) == 0
    assert command("reset-two-factor", ANN) == 0
    assert command("reset-two-factor", ANN) == 0
    assert command("end-sessions", ANN) == 0
    assert command("revoke-tokens", ANN) == 0
    assert command("new-password", ANN.upper()) == 0
    listed, *said, password = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"bpg_\S{6}\tread\tuntil \S+\tnever used\tLap", listed)
    assert said == [
        f"{ANN}: signing in with two steps switched off",
        f"{ANN}: signing in with two steps was not switched on",
        f"{ANN}: signed out of 0 browsers",
        f"{ANN}: 1 tokens revoked",
    ]
    with database.read() as session:
        assert sessions.find(session, key, now) is None
        assert accounts.has_password(session, user_id, password.partition("\t")[2])
        assert not any(view.is_valid for view in tokens.of(session, user_id, now))


def test_an_address_that_nobody_has_is_refused_in_one_sentence(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("end-sessions", "who@example.org") != 0
    assert "There is no account for 'who@example.org'" in capsys.readouterr().err
    database.dispose()
