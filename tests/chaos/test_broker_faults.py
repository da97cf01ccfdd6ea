"""The broker killed, emptied, filled and locked: bells get lost, nothing else."""

import os
import time
from dataclasses import replace

import pytest

from grader import dispatch
from tests.brokers import redis_server
from tests.chaos.brokers import Broker
from tests.chaos.ledger import all_graded
from tests.chaos.selection import POSTGRES_FIRST, SQLITE_FIRST, slow
from tests.chaos.site import Site, with_lease
from worker.heartbeat import sickness

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

# What a broker is started with that keeps its messages on disk.
KEPT = ("--appendonly", "yes", "--appendfsync", "everysec")
# Bells that nobody hears while a broker is full.
BALLAST = 200_000
# Of that size: four times what the broker of that test may hold.
EVICTING_KEYS = 60
# For three uploads; without a time-out each would take minutes.
MOST_SECONDS = 20.0


@pytest.mark.parametrize(
    "options",
    [pytest.param((), id="kept-nowhere"), pytest.param(KEPT, id="kept", marks=slow)],
)
@POSTGRES_FIRST
def test_a_broker_killed_under_load_and_started_again_strands_nothing(
    site: Site, options: tuple[str, ...]
) -> None:
    broker = site.broker()
    broker.start(*options)
    site.celery()
    site.janitor()
    site.submit_many(6, "# sleep 0.2")
    broker.kill()
    site.submit_many(3)
    broker.start(*options)
    site.until_ended()

    assert site.ledger() == all_graded(9)


@SQLITE_FIRST
def test_a_worker_listens_again_after_its_broker_was_restarted_ten_times(
    site: Site,
) -> None:
    broker = site.broker()
    broker.start()
    worker = site.celery()
    site.janitor()
    for _ in range(10):
        site.submit("# sleep 0.2")
        time.sleep(0.5)
        broker.kill()
        broker.start()
    site.until_ended()
    site.submit()
    site.until_ended()

    assert worker.is_alive
    assert site.ledger() == all_graded(11)


@SQLITE_FIRST
def test_bells_that_were_all_deleted_are_rung_again(site: Site) -> None:
    broker = site.broker(redis_server())
    broker.start()
    site.submit_many(6)
    broker.ask("FLUSHALL")
    site.celery()
    site.janitor()
    site.submit_many(6, "# sleep 0.2")
    broker.ask("FLUSHALL")
    site.until_ended()

    assert site.ledger() == all_graded(12)


@SQLITE_FIRST
def test_a_full_broker_takes_no_bell_and_loses_no_submission(site: Site) -> None:
    broker = site.broker(redis_server())
    broker.start("--maxmemory", "3mb", "--maxmemory-policy", "noeviction")
    worker = site.celery()
    site.janitor()
    _fill(broker)
    site.submit_many(4)
    during = site.ledger()
    broker.ask("DEL", "ballast")
    # A worker may end on this, now or later; whoever supervises it starts it again.
    site.until_ended_by(worker, site.celery)

    assert during.accepted == 4
    assert site.ledger() == all_graded(4)


@slow
@SQLITE_FIRST
def test_a_full_broker_that_throws_bells_away_loses_no_submission(site: Site) -> None:
    broker = site.broker(redis_server())
    broker.start("--maxmemory", "3mb", "--maxmemory-policy", "allkeys-random")
    worker = site.celery()
    site.janitor()
    for number in range(EVICTING_KEYS):
        broker.ask("SET", f"ballast-{number}", "x" * BALLAST)
        if number % 10 == 0:
            site.submit("# sleep 0.1")
    evicted = broker.ask("INFO", "stats")
    # As when it is full: whoever supervises it starts it again.
    site.until_ended_by(worker, site.celery)

    assert isinstance(evicted, dict)
    assert evicted["evicted_keys"] > 0
    assert site.ledger() == all_graded(EVICTING_KEYS // 10)


@slow
@SQLITE_FIRST
def test_a_celery_worker_without_its_broker_is_not_well_until_it_is_back(
    site: Site,
) -> None:
    beat = site.gate("beat")
    settings = replace(site.settings, heartbeat_file=str(beat))
    broker = site.broker()
    broker.start()
    site.celery(GRADER_HEARTBEAT_FILE=str(beat))
    site.until(lambda: sickness(settings) == "")
    broker.kill()
    # Room for the beat that may be under way.
    time.sleep(1.0)
    os.utime(beat, (0, 0))
    time.sleep(5 * site.settings.heartbeat_seconds)
    during = sickness(settings)
    broker.start()
    site.until(lambda: sickness(settings) == "")

    assert "the last sign of life" in during


@SQLITE_FIRST
def test_without_its_broker_the_queue_is_graded_by_workers_that_need_none(
    site: Site,
) -> None:
    broker = site.broker()
    broker.start()
    broker.kill()
    site.submit_many(5)
    site.poller()
    site.until_ended()

    assert site.ledger() == all_graded(5)


@POSTGRES_FIRST
def test_a_broker_with_another_password_delays_and_loses_nothing(site: Site) -> None:
    broker = site.broker()
    broker.start("--requirepass", "another")
    began = time.monotonic()
    site.submit_many(3)
    rang_for = time.monotonic() - began
    broker.kill()
    broker.start()
    site.celery()
    site.until_ended()

    assert rang_for < MOST_SECONDS
    assert site.ledger() == all_graded(3)


@POSTGRES_FIRST
def test_fifty_bells_for_four_submissions_grade_each_once(site: Site) -> None:
    with_lease(site, 20.0)
    broker = site.broker()
    broker.start()
    site.celery()
    site.celery()
    site.submit_many(4, "# sleep 0.3")
    # As a broker does that delivers again what it had delivered.
    assert dispatch.ring(site.settings, 50)
    site.until_ended()

    assert {run.attempt for run in site.runs()} == {1}
    assert site.ledger() == all_graded(4)


def _fill(broker: Broker) -> None:
    """Take all of the broker's memory but for crumbs."""
    import redis

    for size in (BALLAST, BALLAST // 10, BALLAST // 100, BALLAST // 1000):
        while True:
            try:
                broker.ask("RPUSH", "ballast", "x" * size)
            except redis.exceptions.ResponseError:
                break
