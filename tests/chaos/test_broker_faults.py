"""The broker killed, emptied, filled and locked: bells get lost, nothing else."""

import time

import pytest

from grader import dispatch
from tests.brokers import redis_server
from tests.chaos.brokers import Broker
from tests.chaos.ledger import all_graded
from tests.chaos.selection import POSTGRES_FIRST, SQLITE_FIRST, slow
from tests.chaos.site import Site, with_lease

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

# What a broker is started with that keeps its messages on disk.
KEPT = ("--appendonly", "yes", "--appendfsync", "everysec")
# Bells that nobody hears while a broker is full.
BALLAST = 200_000
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
    if not worker.is_alive:
        # A worker may end on this; whoever supervises it starts it again.
        site.celery()
    site.until_ended()

    assert during.accepted == 4
    assert site.ledger() == all_graded(4)


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
