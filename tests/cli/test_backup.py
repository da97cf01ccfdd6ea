"""``grader backup`` and ``grader restore`` as an operator uses them."""

from pathlib import Path

import pytest

from grader.cli.main import main
from grader.db import Database
from grader.storage import BlobStore
from tests.services.backup.kept import blobs_of, rows_of
from tests.services.world import World


def command(
    capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


def test_another_home_holds_the_same_after_a_restore(
    kept: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target, home = tmp_path / "b.tar", tmp_path / "other"

    made, said, _ = command(capsys, "backup", target)
    restored, report, _ = command(capsys, "restore", target, "--home", home)

    assert (made, restored) == (0, 0)
    assert "5 people, 1 submissions" in said
    assert "The secret key is not in it" in said
    assert "every hash was right" in report
    assert "1 runs wait" in report
    again = Database(f"sqlite:///{home}/grader.sqlite3")
    assert rows_of(again) == rows_of(kept.database)
    assert blobs_of(BlobStore(home / "blobs")) == blobs_of(kept.store)
    again.dispose()


@pytest.mark.usefixtures("kept")
def test_a_folder_gets_a_file_with_the_time_in_its_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = tmp_path / "backups"
    place.mkdir()

    code, _, _ = command(capsys, "backup", place)

    (made,) = place.iterdir()
    assert code == 0
    assert made.match("grader-*-*.tar")


def test_a_database_in_use_is_not_replaced(
    kept: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command(capsys, "backup", tmp_path / "b.tar")
    with kept.database.read() as session:
        session.connection()

        code, _, err = command(capsys, "restore", tmp_path / "b.tar", "--replace")

    assert code == 2
    assert "Stop the service, then restore." in err


def test_the_home_of_the_backup_is_replaced_only_when_asked(
    kept: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command(capsys, "backup", tmp_path / "b.tar")
    kept.submit(text="after the backup\n")
    kept.database.dispose()

    refused, _, err = command(capsys, "restore", tmp_path / "b.tar")
    restored, out, _ = command(capsys, "restore", tmp_path / "b.tar", "--replace")

    assert (refused, restored) == (2, 0)
    assert "has content" in err
    assert "is kept as" in out
    assert len(rows_of(kept.database)["submission"]) == 1


def test_a_file_that_was_lost_is_said_and_the_backup_is_there(
    kept: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lost = kept.store.put(b"kept\n")
    (kept.store.directory / lost[:2] / lost).unlink()

    code, _, err = command(capsys, "backup", tmp_path / "b.tar")

    assert code == 1
    assert f"the file {lost} is missing; it is not in the backup." in err
    assert (tmp_path / "b.tar").exists()


@pytest.mark.usefixtures("kept")
def test_a_damaged_backup_is_refused_with_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command(capsys, "backup", tmp_path / "b.tar")
    content = (tmp_path / "b.tar").read_bytes()
    (tmp_path / "b.tar").write_bytes(content[: len(content) // 2])

    code, _, err = command(
        capsys, "restore", tmp_path / "b.tar", "--home", tmp_path / "other"
    )

    assert code == 2
    assert "is not a whole backup" in err
    assert not (tmp_path / "other" / "grader.sqlite3").exists()


@pytest.mark.usefixtures("kept")
def test_a_backup_of_the_other_database_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command(capsys, "backup", tmp_path / "b.tar")

    code, _, err = command(
        capsys,
        *("restore", tmp_path / "b.tar"),
        *("--database-url", "postgresql://nobody@127.0.0.1:1/none"),
    )

    assert code == 2
    assert "the two cannot be exchanged" in err
