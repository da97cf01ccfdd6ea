"""Settings: defaults that work, and errors that name the setting."""

import stat
import threading
from pathlib import Path

import pytest

from grader.config import LONGEST_SOCKET_PATH, Settings, broker_socket
from grader.errors import ConfigurationError


def read(home: Path, **values: str) -> Settings:
    given = {f"GRADER_{name}": value for name, value in values.items()}
    return Settings.from_environment({"GRADER_HOME": str(home), **given})


def test_everything_lies_under_one_home_by_default(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/grader.sqlite3"
    assert settings.blob_dir == tmp_path / "blobs"
    assert settings.broker_url.startswith("redis+socket:///")


def test_without_a_home_the_users_data_folder_is_taken() -> None:
    settings = Settings.from_environment({"XDG_DATA_HOME": "/data"})
    assert settings.home == Path("/data/backprop-grader")


def test_reading_settings_touches_nothing(tmp_path: Path) -> None:
    read(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("a-long-enough-secret\n")
    assert read(tmp_path, SECRET_KEY_FILE=str(file)).secret_key == (
        "a-long-enough-secret"
    )


def test_a_password_is_put_into_the_address(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss/word\n")
    settings = read(
        tmp_path,
        DATABASE_URL="postgresql+psycopg://grader@db:5432/grader",
        DATABASE_PASSWORD_FILE=str(file),
        BROKER_URL="redis://broker:6379/0",
        BROKER_PASSWORD="secret",
    )
    assert settings.database_url == (
        "postgresql+psycopg://grader:p%40ss%2Fword@db:5432/grader"
    )
    assert settings.broker_url == "redis://:secret@broker:6379/0"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_UPLOAD_BYTES", "5 MB"),
        ("MAX_UPLOAD_BYTES", "-1"),
        ("JAIL_UID", "nobody"),
        ("LEASE_SECONDS", "soon"),
        ("LEASE_SECONDS", "0"),
        ("SWEEP_SECONDS", "nan"),
        ("DRAIN_SECONDS", "inf"),
        ("HEARTBEAT_SECONDS", "16"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY_FILE", "/nowhere/at/all"),
        ("BASE_URL", "grader.example.org"),
        ("LOG_FORMAT", "xml"),
        ("METRICS_TOKEN", "short"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^GRADER_{name}: must "):
        read(tmp_path, **{name: value})


def test_a_secret_is_never_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        read(tmp_path, SECRET_KEY="tooshort")
    assert "tooshort" not in str(error.value)


def test_a_prepared_home_keeps_its_secret_to_itself(tmp_path: Path) -> None:
    home = tmp_path / "home"
    key = read(home).prepare_home().secret_key
    assert len(key) == 64
    assert read(home).secret_key == key
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_two_processes_that_prepare_a_home_agree_on_its_secret(tmp_path: Path) -> None:
    keys: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: keys.append(read(tmp_path).prepare_home().secret_key)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"^GRADER_HOME: must be a folder"):
        read(tmp_path / "file" / "home").prepare_home()


def test_children_read_the_same_settings_without_the_secret(tmp_path: Path) -> None:
    settings = read(
        tmp_path, LEASE_SECONDS="7", HEARTBEAT_SECONDS="0.25", MIN_TIER="T1"
    ).prepare_home()
    passed_on = settings.to_environment()
    assert settings.secret_key not in passed_on.values()
    assert Settings.from_environment(passed_on) == settings


def test_a_secret_that_the_home_does_not_keep_is_passed_on(tmp_path: Path) -> None:
    settings = read(tmp_path, SECRET_KEY="from-the-environment").prepare_home()
    assert Settings.from_environment(settings.to_environment()) == settings


def test_a_deep_home_has_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    path = broker_socket(deep)
    assert len(str(path)) <= LONGEST_SOCKET_PATH
    assert path == broker_socket(deep)
    assert path != broker_socket(tmp_path / ("y" * 120))
    assert broker_socket(Path("/srv/grader")) == Path("/srv/grader/run/broker.sock")
