"""Each part is taken out once, and the test for its fault must see that."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Select, text
from sqlalchemy.exc import IntegrityError

from grader.models import RunStatus
from grader.services import runs
from tests.chaos import ablations, scenarios
from tests.chaos.ledger import all_graded
from tests.chaos.selection import BOTH, ONE_WORKER, POSTGRES, SQLITE_FIRST
from tests.chaos.site import Site

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

# For what will never come about.
IN_VAIN_SECONDS = 6.0


@pytest.mark.slow_chaos
@ONE_WORKER
def test_without_the_fence_a_thawed_worker_adds_a_second_result(
    site: Site, kind: str
) -> None:
    site.ablated = "fence"
    site.broker().start()
    scenarios.frozen_worker(site, kind)

    seen = site.ledger()
    assert seen != all_graded(2)
    assert seen.twice >= 1


@pytest.mark.slow_chaos
@SQLITE_FIRST
def test_without_the_heartbeat_a_long_check_is_taken_away(site: Site) -> None:
    site.ablated = "heartbeat"
    site.settle_seconds = 2 * IN_VAIN_SECONDS
    scenarios.long_check(site)

    assert {run.crash_strikes + run.lost_workers for run in site.runs()} != {0}


@ONE_WORKER
def test_without_the_sweeper_what_a_killed_worker_held_is_stuck(
    site: Site, kind: str
) -> None:
    site.ablated = "sweeper"
    site.broker().start()
    site.settle_seconds = IN_VAIN_SECONDS
    held, _ = scenarios.killed_worker(site, kind)

    assert site.run(held).status is RunStatus.RUNNING
    assert site.ledger().stuck >= 1


@pytest.mark.slow_chaos
@BOTH
def test_without_the_poison_cap_a_submission_kills_graders_for_ever(
    site: Site,
) -> None:
    site.ablated = "poison-cap"
    site.broker().start()
    site.settle_seconds = 4 * IN_VAIN_SECONDS
    poison = scenarios.poison(site)
    site.until(lambda: site.run(poison).crash_strikes > 3)

    assert site.run(poison).status is not RunStatus.NEEDS_ATTENTION
    assert site.ledger().stuck >= 1


@pytest.mark.slow_chaos
@SQLITE_FIRST
def test_without_the_fair_order_a_flood_is_graded_first(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ablations.apply("fair-order", monkeypatch.setattr)
    order = scenarios.flood(site)

    assert set(order[:20]) == {site.world.student}


@pytest.mark.slow_chaos
@ONE_WORKER
def test_without_the_quarantine_a_sick_worker_spoils_the_queue(
    site: Site, kind: str
) -> None:
    site.ablated = "quarantine"
    site.broker().start()
    scenarios.sick_worker(site, kind)

    assert {run.give_backs for run in site.runs()} != {0}


@pytest.mark.slow_chaos
@pytest.mark.parametrize("index", [True, False], ids=["with", "without"])
@POSTGRES
def test_should_the_locks_fail_only_an_index_keeps_one_run_current(
    site: Site, index: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Select, "with_for_update", lambda query, **_: query)
    if not index:
        _drop_what_is_unique(site)
    receipt = site.submit()
    site.world.grade()
    with ThreadPoolExecutor(1) as other, site.database.write() as first:
        runs.rerun(first, receipt.submission_id, site.world.ta)
        second = other.submit(_rerun, site, receipt.submission_id)
        # It has read what is current, and waits for this one to say what it did.
        time.sleep(1.0)
        first.commit()
        refused = isinstance(second.exception(), IntegrityError)

    current = [run for run in site.runs() if run.is_current]
    assert (refused, len(current)) == ((True, 1) if index else (False, 2))
    assert (site.ledger().violations == ()) is index


def _drop_what_is_unique(site: Site) -> None:
    with site.database.write() as session:
        session.execute(text("DROP INDEX uq_grading_run_current"))
        name = "uq_grading_run_submission_id_ordinal"
        session.execute(text(f"ALTER TABLE grading_run DROP CONSTRAINT {name}"))


def _rerun(site: Site, submission_id: str) -> str:
    with site.database.write() as session:
        return runs.rerun(session, submission_id, site.world.ta)
