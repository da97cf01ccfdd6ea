"""The database killed, locked, read-only, changed and cut off under load."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from grader.db import Database, migrate
from tests.chaos.cluster import Cluster, read_only
from tests.chaos.conftest import NewSite
from tests.chaos.ledger import all_graded
from tests.chaos.network import wired
from tests.chaos.selection import BOTH, EACH_WORKER, POSTGRES, slow
from tests.chaos.site import Site

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

AWAY_SECONDS = 5.0


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [
        ("celery", AWAY_SECONDS),
        pytest.param("poller", AWAY_SECONDS, marks=slow),
        pytest.param("celery", 20.0, marks=slow),
        pytest.param("poller", 20.0, marks=slow),
    ],
)
@POSTGRES
def test_a_database_killed_under_load_comes_back_and_all_is_graded(
    site: Site, cluster: Cluster, kind: str, seconds: float
) -> None:
    site.broker().start()
    workers = [site.worker(kind), site.worker(kind)]
    site.janitor()
    gate = site.gate()
    held = site.submit(f"# wait {gate}")
    site.until_begun(gate)
    site.submit_many(9, "# sleep 0.2")
    cluster.kill()
    # It ends while there is nothing to write its report to.
    gate.touch()
    time.sleep(seconds)
    cluster.start()
    site.until_ended()

    assert [worker.is_alive for worker in workers] == [True, True]
    assert site.run(held).score == 6.0
    assert site.ledger() == all_graded(10)


@EACH_WORKER
def test_a_database_locked_for_three_leases_costs_only_time(
    site: Site, kind: str
) -> None:
    site.broker().start()
    worker = site.worker(kind)
    site.janitor()
    site.submit_many(6, "# sleep 0.3")
    with _locked(site):
        time.sleep(3 * site.settings.lease_seconds)
    site.until_ended()

    assert worker.is_alive
    assert site.ledger() == all_graded(6)


@pytest.mark.parametrize("kind", ["poller", pytest.param("celery", marks=slow)])
@POSTGRES
def test_a_database_that_may_only_be_read_for_a_while_loses_nothing(
    site: Site, kind: str
) -> None:
    site.broker().start()
    worker = site.worker(kind)
    site.submit_many(6, "# sleep 0.3")
    with read_only(site.database):
        time.sleep(2 * site.settings.lease_seconds)
    site.until_ended()

    assert worker.is_alive
    assert site.ledger() == all_graded(6)


@BOTH
def test_a_migration_under_load_disturbs_nobody(site: Site) -> None:
    worker = site.poller()
    stop = threading.Event()
    handing_in = threading.Thread(target=_hand_in, args=(site, stop))
    handing_in.start()
    try:
        for number in range(3):
            before = len(site.receipts)
            _grow(site.database, number)
            migrate(site.settings.database_url)
            _wait_for(site, before + 3)
    finally:
        stop.set()
        handing_in.join()
    site.until_ended()

    assert worker.is_alive
    assert len(site.receipts) >= 9
    assert site.ledger() == all_graded(len(site.receipts))


def test_a_worker_cut_off_from_its_database_finishes_when_the_wire_is_whole(
    site_on: NewSite, cluster: Cluster
) -> None:
    site = site_on("postgres")
    with wired(site, cluster) as (wire, url):
        worker = site.poller(GRADER_DATABASE_URL=url)
        gate = site.gate()
        site.submit(f"# wait {gate}")
        site.until_begun(gate)
        wire.cut()
        gate.touch()
        site.submit_many(3)
        time.sleep(2 * site.settings.lease_seconds)
        wire.heal()
        site.until_ended()

        assert worker.is_alive
        assert site.ledger() == all_graded(4)


def test_a_worker_whose_wire_goes_silent_is_fenced_when_it_speaks_again(
    site_on: NewSite, cluster: Cluster
) -> None:
    site = site_on("postgres")
    with wired(site, cluster) as (wire, url):
        site.poller(GRADER_DATABASE_URL=url)
        gate = site.gate()
        held = site.submit(f"# wait {gate}")
        site.until_begun(gate)
        wire.hold()
        other = site.poller()
        site.until_begun(gate, times=2)
        gate.touch()
        site.until_ended()
        other.kill()
        wire.heal()
        # Only the worker that was cut off is left, and it does one after the other.
        site.submit()
        site.until_ended()

        assert site.run(held).attempt == 2
        assert site.ledger() == all_graded(2)


@contextmanager
def _locked(site: Site) -> Iterator[None]:
    """Let nobody else write while this lasts."""
    with site.database.write() as session:
        if site.is_sqlite:
            session.execute(text("UPDATE course SET title = title"))
        else:
            session.execute(text("LOCK TABLE grading_run IN EXCLUSIVE MODE"))
        yield


def _wait_for(site: Site, receipts: int) -> None:
    site.until(lambda: len(site.receipts) >= receipts)


def _hand_in(site: Site, stop: threading.Event) -> None:
    while not stop.is_set():
        site.submit("# sleep 0.05")
        stop.wait(0.1)


def _grow(database: Database, number: int) -> None:
    """Do what a migration of a release does: add a column and an index."""
    with database.write() as session:
        name = f"later_{number}"
        added = f"ALTER TABLE grading_run ADD COLUMN {name} INTEGER DEFAULT 0 NOT NULL"
        session.execute(text(added))
        session.execute(text(f"CREATE INDEX ix_{name} ON grading_run ({name})"))
