"""Whoever dies or freezes at whatever step: our fault, nothing left, and on it goes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.contract.jail import Jail
from grader.contract.messages import Bundle, Case, Outcome
from grader.db import Database
from grader.errors import SandboxUnavailableError
from grader.models import RunStatus, WorkerBeat
from grader.report import Report
from grader.storage import BlobStore
from tests.jail.faulting import (
    LIMITS,
    STEPS,
    WITHOUT_CHILD,
    Marked,
    Scene,
    at,
    running,
    submission,
)
from tests.services.world import make_world, report
from tests.waiting import until
from tests.worker.jail.conftest import any_jail, jail
from worker.jail import WarmPool, conversation
from worker.jail import session as session_module
from worker.jail.selection import TieredJail
from worker.loop import Worker

__all__ = ["any_jail", "jail"]

ROOT = Path(__file__).parents[2]
# At the last step we kill it ourselves.
WITH_CHILD = [step for step in STEPS[:-1] if step not in WITHOUT_CHILD]


def send(scene: Scene, *, victim: str, blow: signal.Signals) -> None:
    os.kill(scene.pid(victim), blow)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture
def marked(jail: TieredJail) -> Iterator[Marked]:
    made = Marked.of(jail)
    yield made
    for pid in made.survivors():
        os.kill(pid, signal.SIGKILL)


def hits(marked: Marked, step: str) -> list[tuple[str, signal.Signals]]:
    """Return who can be hit how, besides the child."""
    outer = ("outer", signal.SIGKILL)
    server = [("server", signal.SIGKILL), ("server", signal.SIGSTOP)]
    if not marked.jail.launch.before:
        return server
    # While it starts, nobody knows the server behind bubblewrap yet.
    return [outer] if step == "starting" else [outer, *server]


def failing(step: str) -> AbstractContextManager[object]:
    """Expect our failure; at the last steps all answers may be there, and be used."""
    failure = SandboxUnavailableError
    is_late = step in ("replying", STEPS[-1])
    return suppress(failure) if is_late else pytest.raises(failure)


@pytest.mark.parametrize("step", STEPS)
def test_a_jail_that_is_hit_is_our_failure_and_leaves_nothing(
    marked: Marked, step: str
) -> None:
    before = descriptors()
    for victim, blow in hits(marked, step):
        bundle, case = submission(step)
        with at(step, partial(send, victim=victim, blow=blow)) as fault:
            with failing(step), marked.jail.open(bundle) as session:
                session.observe(case)
            assert fault.happened
        until(lambda: not marked.survivors(), f"for all of {victim} to be gone")
        assert descriptors() == before

    bundle, case = submission("")
    with marked.jail.open(bundle) as session:
        assert session.observe(case).outcome is Outcome.COMPLETED


@pytest.mark.parametrize("step", WITH_CHILD)
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
def test_a_child_that_is_hit_from_outside_is_no_fault_of_the_student(
    marked: Marked, step: str, blow: signal.Signals
) -> None:
    bundle, case = submission(step)
    with marked.jail.open(bundle) as session:
        without_child = marked.survivors()
        before = descriptors()

        with (
            at(step, partial(send, victim="child", blow=blow)) as fault,
            failing(step),
        ):
            session.observe(case)

        assert fault.happened
        assert marked.survivors() == without_child
        assert descriptors() == before
    assert marked.survivors() == []


def worker_environment(folder: Path, word: str, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "MARK": word,
        "TMPDIR": str(folder),
        "HOME": str(folder),
        **more,
    }


def test_a_worker_killed_at_any_step_takes_its_jail_along(
    marked: Marked, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.jail.dying_worker", marked.jail.tier],
        cwd=ROOT,
        env=worker_environment(tmp_path, marked.word),
        capture_output=True,
        text=True,
    )

    assert done.stdout.splitlines() == [f"{step} -9" for step in STEPS], done.stderr
    until(lambda: not marked.survivors(), "for the jails of dead workers to be gone")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_supervisor_leaves_neither_worker_nor_jail(
    any_jail: TieredJail, tmp_path: Path
) -> None:
    word, ready, log = f"canary-{tmp_path.name}", tmp_path / "ready", tmp_path / "log"
    command = [sys.executable, "-m", "tests.jail.dying_worker", any_jail.tier]
    script = (
        "import os, signal\nfrom pathlib import Path\n"
        "from worker.supervisor import Program, Supervisor\n"
        f"log = Path({str(log)!r})\n"
        f"program = Program('worker', {command}, dict(os.environ), log)\n"
        "Supervisor().add(program)\nsignal.pause()\n"
    )
    more = {"STEP": "computing", "READY_FILE": str(ready)}
    environment = worker_environment(tmp_path, word, **more)
    supervisor = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, env=environment
    )
    try:
        until(lambda: ready.exists() and ready.read_text(), "for the worker")
        assert running(word)
    finally:
        supervisor.kill()
        supervisor.wait()

    until(lambda: not running(word), "for the jail of a dead supervisor to be gone")
    until(lambda: not Path(f"/proc/{ready.read_text()}").exists(), "for the worker")


def test_a_worker_that_stood_still_does_not_say_that_the_student_was_slow(
    any_jail: TieredJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As after a machine was suspended: the deadline is long over at the first look.
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 100)
    bundle, case = submission("computing")
    with (
        at(
            "computing",
            lambda _: monkeypatch.setattr(conversation, "time", later),
        ) as fault,
        any_jail.open(bundle) as session,
        pytest.raises(SandboxUnavailableError, match="stood still"),
    ):
        session.observe(case)

    assert fault.happened


@pytest.mark.parametrize("jail", ["T1"], indirect=True)
def test_a_frozen_bubblewrap_changes_nothing(marked: Marked) -> None:
    freeze = partial(send, victim="outer", blow=signal.SIGSTOP)
    bundle, case = submission("")
    with at("born", freeze) as fault, marked.jail.open(bundle) as session:
        seen = session.observe(case)

    assert fault.happened
    assert seen.outcome is Outcome.COMPLETED
    until(lambda: not marked.survivors())


SAYING = """
import json, os, select, socket, sys, time
start = json.loads(sys.argv[-1])
talk = socket.socket(fileno=start["control"])
for message in {messages!r}:
    if message == b"leave":
        select.select([talk], [], [])
        os._exit(0)
    talk.send(message)
    if message == {ready!r}: socket.recv_fds(talk, 4096, 3)
time.sleep(300)
"""
READY = b'R{"landlock": 1}'


def jail_that_says(jail: TieredJail, *messages: bytes) -> TieredJail:
    """Return a jail with a program in place of its fork server."""
    script = SAYING.format(messages=messages, ready=READY)
    before = (sys.executable, "-S", "-c", script)
    launch = replace(jail.launch, before=before, environment={}, verified=False)
    return replace(jail, launch=launch)


@pytest.mark.parametrize(
    "messages",
    [
        (b"R",),
        (b"R{",),
        (b"R" + b"[" * 4000,),
        (b"R[1]",),
        (b"X",),
        (READY, b"X"),
        (READY, b"B", b"X"),
        (READY, b"B", b"B"),
        (READY, b"B", b"X" + b"\xff" * 36),
    ],
    ids=repr,
)
def test_nonsense_from_a_fork_server_is_our_failure(
    any_jail: TieredJail, messages: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = descriptors()
    monkeypatch.setattr(session_module, "_LOCK_SECONDS", 0.0)
    bundle, case = submission("")

    with (
        pytest.raises(SandboxUnavailableError),
        jail_that_says(any_jail, *messages).open(bundle) as session,
    ):
        session.observe(case)

    assert descriptors() == before


def test_a_fork_server_that_leaves_what_we_said_unread_is_our_failure(
    any_jail: TieredJail,
) -> None:
    bundle, case = submission("")
    with (
        jail_that_says(any_jail, READY + b" ", b"leave").open(bundle) as session,
        pytest.raises(SandboxUnavailableError, match="reset by peer"),
    ):
        session.observe(case)


@pytest.mark.parametrize("jail", ["T2"], indirect=True)
def test_a_jail_without_its_lock_is_killed_told_and_graded_elsewhere(
    marked: Marked,
    database: Database,
    store: BlobStore,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = make_world(database, store)
    receipt = world.submit()
    start = {**marked.jail.launch.start, "locked": False}
    unlocked = replace(marked.jail, launch=replace(marked.jail.launch, start=start))
    traces = tmp_path / "ran"
    bundle = Bundle({"mlp.py": f"open({str(traces)!r}, 'w')".encode()}, "mlp.py")

    def grade(*_: object, jail: Jail, seed: int, **__: object) -> Report:
        with jail.open(bundle) as session:
            session.observe(Case((), LIMITS))
        return replace(report(6.0), seed=seed)

    def drain(name: str, jail: TieredJail) -> None:
        worker = Worker(database, store, lambda: WarmPool(jail, 1), name, grade=grade)
        # The worker's own trial before its first claim would have found it as well.
        worker.examine = lambda *_: ""
        worker.drain(20.0)
        worker.close()

    drain("w1", unlocked)
    given_back = world.run(receipt.run_id)
    assert (given_back.status, given_back.give_backs) == (RunStatus.QUEUED, 1)
    assert (given_back.crash_strikes, given_back.score) == (0, None)
    with database.read() as session:
        assert "Seccomp is 0" in session.get_one(WorkerBeat, "w1").problem
    assert "Seccomp is 0" in caplog.text
    assert not traces.exists()
    assert marked.survivors() == []

    drain("w2", marked.jail)
    assert marked.survivors() == []
    assert world.run(receipt.run_id).status is RunStatus.GRADED
