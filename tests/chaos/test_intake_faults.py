"""Uploads while something is dead: a receipt or nothing, and never a half row."""

import os
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.chaos.browser import NO_ANSWER, Browser
from tests.chaos.cluster import Cluster, read_only
from tests.chaos.conftest import Note
from tests.chaos.ledger import Ledger, all_graded
from tests.chaos.processes import Process
from tests.chaos.selection import BOTH, POSTGRES, POSTGRES_FIRST, SQLITE_FIRST, slow
from tests.chaos.site import Site
from tests.chaos.started import faults
from tests.chaos.started.web import STEPS
from tests.requirements import require
from tests.waiting import until

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

# What promise six of the design names, and room for a machine that does other things.
ANSWER_SECONDS = 1.5
SLACK_SECONDS = 3.5
# Quick ones with every change; the rest differ by one statement from one of these.
EACH_CHANGE = {"after-a-blob", "before-the-commit", "after-the-commit"}


def _served(site: Site, **extra: str) -> Browser:
    process = site.web(**extra)
    browser = Browser(site)
    site.until(browser.is_answered, process)
    return browser


@pytest.mark.parametrize(
    "step",
    [pytest.param(s, marks=() if s in EACH_CHANGE else slow) for s in sorted(STEPS)],
)
@SQLITE_FIRST
def test_a_web_process_killed_at_any_step_leaves_a_receipt_or_nothing(
    site: Site, step: str
) -> None:
    armed = site.gate("armed")
    dies = {faults.DIES_AT: step, faults.ARMED: str(armed)}
    browser = _served(site, **dies)
    armed.touch()
    died = browser.post("x = 1\n", key="one-form")
    between = site.ledger()
    site.until(browser.is_answered)
    again = browser.post("x = 1\n", key="one-form")
    site.note(again, "x = 1\n")
    site.poller()
    site.until_ended()

    assert died.status == NO_ANSWER
    assert between.accepted == (1 if step.startswith("after-the") else 0)
    assert between.violations == ()
    assert site.ledger() == all_graded(1)


@slow
@SQLITE_FIRST
def test_an_upload_to_a_frozen_web_process_is_taken_once_when_it_goes_on(
    site: Site,
) -> None:
    web = site.web()
    browser = Browser(site)
    site.until(browser.is_answered, web)
    web.freeze()
    frozen = browser.post("x = 1\n", key="one-form", timeout=3.0)
    web.thaw()
    again = browser.post("x = 1\n", key="one-form")
    site.note(again, "x = 1\n")
    site.poller()
    site.until_ended()

    assert frozen.status == NO_ANSWER
    assert web.is_alive
    assert site.ledger() == all_graded(1)


@SQLITE_FIRST
def test_uploads_are_taken_quickly_while_the_broker_is_frozen_and_while_it_is_dead(
    site: Site, record_property: Note
) -> None:
    broker = site.broker()
    broker.start()
    browser = _served(site)
    _post_many(site, browser, 1)
    broker.freeze()
    frozen = _post_many(site, browser, 3)
    broker.kill()
    dead = _post_many(site, browser, 3)
    broker.start()
    site.janitor()
    site.celery()
    site.until_ended()

    record_property("seconds of the slowest upload, frozen", max(frozen))
    record_property("seconds of the slowest upload, dead", max(dead))
    assert max(frozen + dead) < ANSWER_SECONDS + SLACK_SECONDS
    assert site.ledger() == all_graded(7)


@POSTGRES
def test_uploads_while_the_database_is_dead_are_refused_and_taken_afterwards(
    site: Site, cluster: Cluster
) -> None:
    browser = _served(site)
    _post_many(site, browser, 1)
    cluster.kill()
    refused = [browser.post("x = 1\n").status for _ in range(2)]
    cluster.start()
    _post_many(site, browser, 2)
    site.poller()
    site.until_ended()

    assert refused == [503, 503], site.tell()
    assert site.ledger() == all_graded(3)


@POSTGRES
def test_uploads_while_the_database_may_only_be_read_are_refused(site: Site) -> None:
    browser = _served(site)
    with read_only(site.database):
        refused = browser.post("x = 1\n").status
    _post_many(site, browser, 1)
    site.poller()
    site.until_ended()

    assert refused == 503
    assert site.ledger() == all_graded(1)


@POSTGRES_FIRST
def test_an_upload_that_finds_the_disk_full_leaves_nothing(site: Site) -> None:
    small = site.folder / "small"
    web = _on_a_small_disk(site, small)
    browser = Browser(site)
    site.until(browser.is_answered, web)
    inside = Path(f"/proc/{_first_child(web)}/root") / small.relative_to("/")
    ballast = inside / "ballast"
    subprocess.run(
        ["dd", "if=/dev/zero", f"of={ballast}", "bs=4k"], capture_output=True
    )
    before = _files(inside)
    refused = browser.post(f"# {'1' * 20_000}\n").status
    during, left = site.ledger(), _files(inside) - before
    ballast.unlink()
    taken = browser.post("x = 2\n")

    assert refused == 507
    assert (during, left) == (Ledger(accepted=0), set())
    assert taken.submission_id


@BOTH
def test_sixteen_uploads_at_once_use_exactly_the_attempts_that_are_left(
    site: Site,
) -> None:
    site.world.limit_attempts(3)
    browser = _served(site)
    with ThreadPoolExecutor(16) as hands:
        answers = list(hands.map(lambda n: browser.post(f"x = {n}\n"), range(16)))
    site.poller()
    site.until_ended()

    assert Counter(a.status for a in answers) == {303: 3, 422: 13}
    assert site.ledger() == all_graded(3)


def _post_many(site: Site, browser: Browser, count: int) -> list[float]:
    """Upload and keep the receipts; return how long each took."""
    seconds = []
    for number in range(count):
        text = f"x = {number}\n"
        answer = browser.post(text)
        site.note(answer, text)
        seconds.append(answer.seconds)
    return seconds


def _on_a_small_disk(site: Site, small: Path) -> Process:
    """Start the pages with their blobs on a disk of 1 MB that only they see."""
    unshare = ["unshare", "--mount"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    probe = [*unshare, "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
    if not shutil.which("unshare") or subprocess.run(probe, check=False).returncode:
        require("mounts", "no disk can be mounted in a namespace of its own")
    small.mkdir()
    script = (
        f"mount -t tmpfs -o size=1m none {small} && "
        f'cp -a {site.settings.blob_dir}/. {small} && exec "$@"'
    )
    inside = [*unshare, "sh", "-c", script, "sh"]
    return site.web(*inside, GRADER_BLOB_DIR=str(small))


def _first_child(process: Process) -> int:
    """Return the process whose mounts are those of the pages."""
    children = Path(f"/proc/{process.popen.pid}/task/{process.popen.pid}/children")
    until(lambda: children.read_text().split(), "for the pages' process")
    return int(children.read_text().split()[0])


def _files(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*") if path.is_file()}
