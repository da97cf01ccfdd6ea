"""Disks without a byte left: of the database, and of a worker's scratch files."""

import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.db import Database
from grader.errors import SandboxUnavailableError, StorageError
from tests.chaos.conftest import NewSite
from tests.chaos.disks import small_disk
from tests.chaos.ledger import all_graded
from tests.chaos.selection import SQLITE_FIRST
from tests.chaos.site import Site
from tests.requirements import require
from worker.jail import JailSettings, create_jail

pytestmark = [
    pytest.mark.service,
    pytest.mark.slow_chaos,
    pytest.mark.timeout(240),
]


def test_a_database_whose_disk_is_full_refuses_uploads_and_keeps_what_was_graded(
    site_on: NewSite,
) -> None:
    site = site_on("sqlite")
    with small_disk(site.folder / "disk", "4m") as disk:
        _move_database(site, disk.folder)
        worker = site.poller()
        gate = site.gate()
        held = site.submit(f"# wait {gate}")
        site.until_begun(gate)
        disk.fill()
        refusals = [_refusal(site) for _ in range(20)]
        # It ends while its report can be written nowhere.
        gate.touch()
        time.sleep(3 * site.settings.lease_seconds)
        disk.make_room()
        site.submit()
        site.until_ended()

        assert "full" in refusals[-1]
        assert worker.is_alive
        assert site.run(held).score == 6.0
        assert site.ledger() == all_graded(len(site.receipts))
        site.close()


@SQLITE_FIRST
def test_a_worker_without_scratch_space_charges_nobody_and_goes_on(site: Site) -> None:
    _require_a_jail()
    with small_disk(site.folder / "scratch", "256k") as disk:
        disk.fill()
        scratch = {
            "TMPDIR": str(disk.folder),
            "GRADER_HEARTBEAT_FILE": str(disk.folder / "run" / "beat"),
        }
        worker = site.start([sys.executable, "-m", "worker.loop"], "worker", **scratch)
        site.submit_many(3)
        time.sleep(4 * site.settings.lease_seconds)
        disk.make_room()
        # If it was set apart meanwhile it rests longer than this test waits.
        site.poller()
        site.until_ended()

        assert worker.is_alive
        assert {run.crash_strikes for run in site.runs()} == {0}
        assert site.ledger() == all_graded(3)
        site.close()


def _move_database(site: Site, folder: Path) -> None:
    """Let everything that is started from now on use a copy on another disk."""
    site.database.dispose()
    shutil.copy(site.settings.home / "grader.sqlite3", folder)
    url = f"sqlite:///{folder}/grader.sqlite3"
    site.settings = replace(site.settings, database_url=url)
    site.world.database = Database(url)


def _refusal(site: Site) -> str:
    """Hand in; return what it was refused with, or nothing."""
    try:
        site.submit("# " + "x" * 5000)
    except StorageError as error:
        return str(error)
    return ""


def _require_a_jail() -> None:
    try:
        create_jail(JailSettings())
    except SandboxUnavailableError as error:
        require("sandbox", str(error))
