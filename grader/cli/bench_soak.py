"""``grader bench soak``: random faults under load, and what became of every receipt."""

import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from grader.cli.load import fake_grading
from grader.cli.load.clients import Receipts
from grader.cli.load.course import LoadedCourse, create_course, settings_at
from grader.cli.load.databases import Cluster, SqliteFile, database
from grader.cli.load.faults import Faults, plan
from grader.cli.load.ledger import Ledger, close_books
from grader.cli.load.service import FAKE, Processes, processes, wait_until
from grader.cli.load.visitors import Visitor, sign_in
from grader.cli.processes import descendants, resident_bytes
from grader.errors import StorageError
from grader.services import assignments, health

# Everything that waits is scaled, so that minutes hold many faults.
LEASES = {
    "GRADER_LEASE_SECONDS": "3",
    "GRADER_HEARTBEAT_SECONDS": "1",
    "GRADER_SWEEP_SECONDS": "0.5",
    "GRADER_DRAIN_SECONDS": "5",
}
FROZEN_SECONDS = 9.0
HEALTHY_SECONDS = 3.0
STUDENTS = 100
WORKERS = ("worker0", "worker1")
LASTING = ("janitor", "web", "broker", *WORKERS)
DOUBLE_CLICKS = 0.05
LEAST_SECONDS, MOST_SECONDS = 0.1, 0.5
SETTLE_SECONDS = 180.0
WARM_SECONDS = 10.0
MOST_GROWTH = 1.1
GROWTH_BYTES = 20 << 20
MORE_FILES = 16

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Soak:
    """How long, how hard, and from which seed.

    Parameters
    ----------
    rate
        Uploads a second.
    """

    seconds: float
    rate: float
    seed: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What one process and its children hold."""

    pid: int
    memory_bytes: int
    files: int


def run(soak: Soak, kind: str, say: Say) -> bool:
    """Soak once on a database of this kind; tell whether every promise held."""
    with tempfile.TemporaryDirectory(prefix="grader-soak-") as folder:
        home = Path(folder)
        with database(kind, home) as server:
            course = create_course(settings_at(home, server.url, **LEASES), STUDENTS)
            # A limit that nobody reaches: so every attempt is counted and graded.
            with course.database.write() as session:
                assignments.update_settings(
                    session, course.assignment_id, max_attempts=100_000
                )
            with processes(course.settings, healthy_seconds=HEALTHY_SECONDS) as group:
                held = _soak(soak, course, group, server, say)
            course.database.dispose()
    return held


def _soak(
    soak: Soak,
    course: LoadedCourse,
    group: Processes,
    server: SqliteFile | Cluster,
    say: Say,
) -> bool:
    _start(group)
    wait_until(lambda: _has_workers(course), "the workers")
    visitors = sign_in(course, group.url)
    rng = Random(soak.seed)  # noqa: S311 - a plan, no secret
    faults = Faults(group, server, WORKERS, FROZEN_SECONDS, rng)
    say(f"seed {soak.seed}, {soak.seconds:.0f} s, {server.kind}\n")
    receipts, done = Receipts(), threading.Event()
    with ThreadPoolExecutor(16) as pool:
        load = threading.Thread(
            target=_load, args=(soak, course, visitors, receipts, done, pool)
        )
        load.start()
        time.sleep(WARM_SECONDS)
        before = _holdings(group)
        happened = _hurt(faults, soak, say)
        done.set()
        load.join()
    faults.heal()
    settled = _settle(course)
    ledger = close_books(course, receipts.ids.values(), unanswered=receipts.unanswered)
    _report(ledger, happened, receipts, settled, say)
    grown = list(_compare(before, _holdings(group), say))
    broken = [*ledger.faults(), *grown]
    broken += [f"The form {key} got two receipts." for key in receipts.quarrels]
    for line in broken:
        say(f"BROKEN: {line}")
    say(f"\n{len(broken)} promises broken")
    return not broken


def _start(group: Processes) -> None:
    group.start_broker()
    group.start_web()
    for name in WORKERS:
        group.start_worker(name, grading=FAKE)
    group.start_janitor()


def _load(
    soak: Soak,
    course: LoadedCourse,
    visitors: list[Visitor],
    receipts: Receipts,
    done: threading.Event,
    pool: ThreadPoolExecutor,
) -> None:
    """Hand in at a steady rate; who gets no answer tries again."""
    rng = Random(soak.seed + 1)  # noqa: S311 - a plan, no secret
    number = 0
    while not done.wait(rng.expovariate(soak.rate)):
        number += 1
        seconds = rng.uniform(LEAST_SECONDS, MOST_SECONDS)
        files = course.files(fake_grading.mark(seconds, f"number {number}"))
        clicks = 2 if rng.random() < DOUBLE_CLICKS else 1
        pool.submit(receipts.hand_in, rng.choice(visitors), files, clicks=clicks)


def _hurt(faults: Faults, soak: Soak, say: Say) -> Counter[str]:
    happened: Counter[str] = Counter()
    began = time.monotonic()
    for at, name in plan(faults.rng, faults.names(), soak.seconds):
        time.sleep(max(0.0, began + at - time.monotonic()))
        say(f"{time.monotonic() - began:6.1f} s  {name}")
        faults.do(name)
        happened[name] += 1
    time.sleep(max(0.0, began + soak.seconds - time.monotonic()))
    return happened


def _has_workers(course: LoadedCourse) -> bool:
    # One may answer the bells of both while nothing waits.
    with course.database.read() as session:
        return health.status(session).workers_alive > 0


def _settle(course: LoadedCourse) -> float:
    """Wait until nothing is pending; return after how many seconds that was."""
    began = time.monotonic()
    while time.monotonic() - began < SETTLE_SECONDS:
        try:
            with course.database.read() as session:
                seen = health.status(session)
        except StorageError:
            continue
        if not seen.queued + seen.running:
            break
        time.sleep(0.1)
    return time.monotonic() - began


def _report(
    ledger: Ledger, happened: Counter[str], receipts: Receipts, settled: float, say: Say
) -> None:
    say("\n| fault | times |\n| --- | --- |")
    for name, times in sorted(happened.items()):
        say(f"| {name} | {times} |")
    say("")
    for line in ledger.lines():
        say(line)
    answers = ", ".join(f"{n} x {s or 'none'}" for s, n in receipts.answers.items())
    say(f"\nanswers to uploads: {answers}; all ended {settled:.1f} s after the last")


def _holdings(group: Processes) -> dict[str, Holding]:
    held = {}
    for name in LASTING:
        pid = group.supervisor.pid(name)
        if pid is not None:
            members = descendants(pid)
            held[name] = Holding(
                pid, sum(map(resident_bytes, members)), sum(map(_open_files, members))
            )
    return held


def _open_files(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def _compare(
    before: dict[str, Holding], after: dict[str, Holding], say: Say
) -> Iterator[str]:
    """Say what each program holds now and held then; yield what grew too much."""
    say("\n| program | same process | memory | open files |")
    say("| --- | --- | --- | --- |")
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        same = "yes" if old.pid == new.pid else "no"
        say(
            f"| {name} | {same} | {old.memory_bytes >> 20} to {new.memory_bytes >> 20} "
            f"MB | {old.files} to {new.files} |"
        )
        yield from growth(name, old, new)


def growth(name: str, old: Holding, new: Holding) -> Iterator[str]:
    """Yield one sentence for each thing that a program holds far more of than before.

    Both grow a little while caches and pools of connections fill.
    """
    more = new.memory_bytes - old.memory_bytes
    if new.memory_bytes > MOST_GROWTH * old.memory_bytes and more > GROWTH_BYTES:
        yield f"{name} grew by {more >> 20} MB."
    if new.files > old.files + MORE_FILES:
        yield f"{name} has {new.files - old.files} more files open."
