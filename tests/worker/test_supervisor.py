"""Children that are restarted, stopped and never left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import until
from worker import supervisor
from worker.supervisor import Program, Supervisor


@pytest.fixture
def boss(monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_SECONDS", 0.02)
    boss = Supervisor()
    yield boss
    boss.stop()


def program(folder: Path, script: str, name: str = "child", **rest: Any) -> Program:
    command = ["sh", "-c", script]
    return Program(name, command, dict(os.environ), folder / f"{name}.log", **rest)


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is more than a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.rpartition(")")[2].split()[0] not in "ZX"


def pid_in(path: Path) -> int:
    until(lambda: path.exists() and path.read_text().strip(), f"for {path}")
    return int(path.read_text())


def test_a_killed_child_is_started_again(boss: Supervisor, tmp_path: Path) -> None:
    boss.add(program(tmp_path, "exec sleep 1000"))
    first = boss.pid("child")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: boss.pid("child") not in {first, None})
    until(lambda: boss.restarts("child") == 1)


def test_a_child_that_ends_at_once_is_tried_again_and_again(
    boss: Supervisor, tmp_path: Path
) -> None:
    boss.add(program(tmp_path, f"echo started >> {tmp_path}/marks"))
    until(lambda: boss.restarts("child") >= 2)
    assert (tmp_path / "marks").read_text().count("started") >= 2


def test_a_program_that_cannot_be_started_does_no_harm_to_others(
    boss: Supervisor, tmp_path: Path
) -> None:
    missing = Program("missing", ["/no/such/program"], {}, tmp_path / "log")
    boss.add(missing)
    boss.add(program(tmp_path, "exec sleep 1000"))
    until(lambda: boss.restarts("missing") >= 2)
    assert boss.restarts("child") == 0


def test_what_a_dead_child_had_started_is_killed(
    boss: Supervisor, tmp_path: Path
) -> None:
    mark = tmp_path / "grandchild"
    boss.add(program(tmp_path, f"sleep 1000 & echo $! > {mark}; wait"))
    grandchild, child = pid_in(mark), boss.pid("child")
    assert child is not None
    os.kill(child, signal.SIGKILL)
    until(lambda: not is_alive(grandchild))


def test_stopping_ends_all_children_and_restarts_none(
    boss: Supervisor, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        boss.add(program(tmp_path, "exec sleep 1000", name))
    pids = [boss.pid("one"), boss.pid("two")]
    boss.stop()
    assert not any(is_alive(pid) for pid in pids if pid is not None)
    boss.stop()


def test_a_child_that_ignores_the_request_is_killed(
    boss: Supervisor, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    script = f"trap '' TERM; echo $$ > {ready}; while :; do sleep 1000; done"
    boss.add(program(tmp_path, script, stop_seconds=0.1))
    pid = pid_in(ready)
    boss.stop()
    assert not is_alive(pid)


def test_output_goes_to_the_log(boss: Supervisor, tmp_path: Path) -> None:
    boss.add(program(tmp_path, "echo to out; echo to err >&2; exec sleep 1000"))
    log = tmp_path / "child.log"
    until(lambda: len(log.read_text().splitlines()) == 2)
    assert log.read_text().splitlines() == ["to out", "to err"]


def test_a_large_log_is_put_aside(
    boss: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LARGEST_LOG_BYTES", 10)
    (tmp_path / "child.log").write_text("a long story of earlier days")
    boss.add(program(tmp_path, "exec sleep 1000"))
    assert (tmp_path / "child.log.old").read_text().startswith("a long story")


def test_children_end_when_the_supervising_process_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    script = f"""
import os, signal, time
from pathlib import Path
from worker.supervisor import Program, Supervisor
boss = Supervisor()
command = ["sh", "-c", "echo $$ > {mark}; exec sleep 1000"]
boss.add(Program("child", command, dict(os.environ), Path("{tmp_path}/log")))
signal.pause()
"""
    root = Path(supervisor.__file__).parents[1]
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=root)
    child = pid_in(mark)
    parent.kill()
    parent.wait()
    until(lambda: not is_alive(child))
    assert not is_alive(child)
