"""A backup under load is restored elsewhere, and the work goes on there."""

import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from grader.config import Settings
from grader.db import Database
from grader.storage import BlobStore
from tests.chaos.cluster import Cluster
from tests.chaos.ledger import all_graded
from tests.chaos.selection import SQLITE_FIRST
from tests.chaos.site import Site

pytestmark = [
    pytest.mark.service,
    pytest.mark.slow_chaos,
    pytest.mark.timeout(240),
]


@SQLITE_FIRST
def test_a_backup_made_under_load_is_whole_elsewhere_and_grading_goes_on_there(
    site: Site, request: pytest.FixtureRequest
) -> None:
    site.poller()
    before = 4
    site.submit_many(before, "# sleep 0.2")
    target = site.folder / "backup.tar"
    stop = threading.Event()
    loading = threading.Thread(target=_hand_in, args=(site, stop))
    loading.start()
    try:
        made = _grader(site.settings, "backup", str(target))
    finally:
        stop.set()
        loading.join()
    site.close()

    elsewhere = _elsewhere(site, request)
    restored = _grader(elsewhere, "restore", str(target))
    checked = _grader(elsewhere, "check")
    site.settings = elsewhere
    site.world.database = Database(elsewhere.database_url)
    site.world.store = BlobStore(elsewhere.blob_dir)
    site.poller()
    site.until_ended()
    checked_again = _grader(elsewhere, "check")
    kept = _kept(site)

    for done in (made, restored, checked, checked_again):
        assert done.returncode == 0, done.stdout + done.stderr
    assert before <= kept <= len(site.receipts)
    site.receipts = site.receipts[:before]
    assert site.ledger() == all_graded(kept)


def _grader(settings: Settings, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *command],
        env={**os.environ, **settings.to_environment()},
        capture_output=True,
        text=True,
    )


def _hand_in(site: Site, stop: threading.Event) -> None:
    while not stop.is_set():
        site.submit("# sleep 0.05")
        stop.wait(0.05)


def _kept(site: Site) -> int:
    return len(site.runs())


def _elsewhere(site: Site, request: pytest.FixtureRequest) -> Settings:
    """Return settings of an empty place, on a database of the same kind."""
    home = site.folder / "elsewhere"
    url = f"sqlite:///{home}/grader.sqlite3"
    if not site.is_sqlite:
        cluster: Cluster = request.getfixturevalue("cluster")
        name = cluster.new_database()
        request.addfinalizer(lambda: cluster.drop(name))
        url = cluster.url(name)
    moved = replace(site.settings, home=home, database_url=url, blob_dir=home / "blobs")
    return moved.prepare_home()
