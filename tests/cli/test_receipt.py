"""``grader receipt verify`` says whether a receipt is one of ours."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from grader.cli.main import main
from grader.config import Settings
from grader.db import Database
from grader.models import Submission
from grader.services.receipts import Receipt, as_text
from grader.storage import BlobStore
from tests.services.world import KEY, World, make_world


@pytest.fixture
def world(
    settings: Settings,
    database: Database,
    store: BlobStore,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    monkeypatch.setenv("GRADER_HOME", str(settings.home))
    monkeypatch.setenv("GRADER_SECRET_KEY", KEY)
    return make_world(database, store)


def verify(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["receipt", "verify", *arguments])
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


def whole(receipt: Receipt) -> str:
    return as_text(receipt, title="Tiny", originals={"a.py": receipt.sha256})


def test_a_saved_receipt_is_genuine(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    receipt = world.submit()
    (tmp_path / "receipt.txt").write_text(whole(receipt))

    code, out, _ = verify(capsys, str(tmp_path / "receipt.txt"))

    assert code == 0
    assert out.startswith("genuine\n")
    assert f"submission {receipt.submission_id}, attempt 1" in out
    assert "on record with this hash" in out


@pytest.mark.parametrize("way", ["signature", "text", "standard input"])
def test_a_receipt_may_come_in_other_ways(
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    receipt = world.submit()
    monkeypatch.setattr("sys.stdin", io.StringIO(whole(receipt)))
    shown = {"signature": receipt.signature, "text": whole(receipt)}

    code, out, _ = verify(capsys, "--json", shown.get(way, "-"))

    document = json.loads(out)
    assert code == 0
    assert document["submission_id"] == receipt.submission_id
    assert document["on_record"] is True


def test_a_forged_receipt_is_said_to_be_forged(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = world.submit()
    forged = replace(receipt, signature=receipt.signature[:-5] + "AAAAA")

    code, out, _ = verify(capsys, whole(forged))

    assert code == 1
    assert out.startswith("forged")


def test_a_changed_line_is_named(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = replace(world.submit(), number=9)

    code, out, _ = verify(capsys, whole(receipt))

    assert code == 1
    assert "CHANGED around the signature: 'Attempt: 9'" in out
    assert "attempt 1" in out


def test_a_receipt_without_its_submission_is_not_accepted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = world.submit()
    with world.database.write() as session:
        session.execute(update(Submission).values(sha256="0" * 64))

    code, out, _ = verify(capsys, receipt.signature)

    assert code == 1
    assert "NOT on record here" in out


def test_a_key_used_before_is_known_by_the_settings(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = world.submit()
    monkeypatch.setenv("GRADER_SECRET_KEY", "the key after this one")

    without, _, _ = verify(capsys, receipt.signature)
    monkeypatch.setenv("GRADER_OLD_SECRET_KEYS", f"some-older-one, {KEY}")
    with_it, _, _ = verify(capsys, receipt.signature)

    assert (without, with_it) == (1, 0)


def test_without_a_key_nothing_can_be_verified(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_HOME", str(tmp_path))

    code, _, err = verify(capsys, "anything")

    assert code == 2
    assert "There is no secret key" in err
