"""The line with which ``grader web`` becomes gunicorn."""

from typing import Any

import pytest
from gunicorn.config import Config

from grader.cli.main import main


class ReplacedError(Exception):
    """In place of this process ending as another program."""


def test_the_pages_need_no_place_to_write_but_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    lines: list[list[str]] = []

    def replace(_program: str, line: list[str]) -> None:
        lines.append(line)
        raise ReplacedError

    monkeypatch.setenv("GRADER_HOME", str(tmp_path))
    monkeypatch.setattr("os.execv", replace)
    with pytest.raises(ReplacedError):
        main(["web", "--bind", "127.0.0.1:1234"])

    [line] = lines
    understood = Config().parser().parse_args(line[3:])
    assert understood.control_socket_disable is True
    assert understood.worker_tmp_dir == "/dev/shm"
    assert understood.bind == ["127.0.0.1:1234"]
