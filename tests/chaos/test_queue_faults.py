"""Many sweepers, a flood, a wrong clock and people who press the same button."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.services import runs
from tests.chaos import scenarios
from tests.chaos.ledger import all_graded
from tests.chaos.selection import BOTH, ONE_WORKER, POSTGRES_FIRST, SQLITE_FIRST, slow
from tests.chaos.site import Site, with_lease
from tests.chaos.started import faults

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

TWO_HOURS = 7200.0


@POSTGRES_FIRST
def test_three_sweepers_at_once_take_a_run_back_once(site: Site) -> None:
    worker = site.poller()
    gate = site.gate()
    held = site.submit(f"# wait {gate}")
    site.until_begun(gate)
    worker.kill()
    sweepers = [site.janitor() for _ in range(3)]
    site.until(lambda: site.run(held).lost_workers >= 1)
    gate.touch()
    site.poller()
    site.until_ended()

    assert [sweeper.is_alive for sweeper in sweepers] == [True] * 3
    assert site.world.audit().count("requeued") == site.run(held).lost_workers == 1
    assert site.ledger() == all_graded(1)


@SQLITE_FIRST
def test_a_killed_sweeper_is_not_missed_for_workers_sweep_too(site: Site) -> None:
    sweeper = site.janitor()
    worker = site.poller()
    gate = site.gate()
    site.submit(f"# wait {gate}")
    site.until_begun(gate)
    sweeper.kill()
    worker.kill()
    gate.touch()
    site.poller()
    site.until_ended()

    assert site.ledger() == all_graded(1)


@SQLITE_FIRST
def test_who_sends_twenty_does_not_hold_up_who_sends_one(site: Site) -> None:
    order = scenarios.flood(site)

    world = site.world
    assert set(order[1:4]) == {world.other, world.ta, world.instructor}
    assert site.ledger() == all_graded(23)


@pytest.mark.parametrize("seconds", [TWO_HOURS, pytest.param(-TWO_HOURS, marks=slow)])
@ONE_WORKER
def test_a_clock_that_jumps_by_two_hours_takes_no_run_away(
    site: Site, kind: str, seconds: float
) -> None:
    with_lease(site, 10.0)
    site.broker().start()
    clock = site.gate("clock")
    skewed = site.worker(kind, **{faults.CLOCK: str(clock)})
    site.poller()
    site.submit_many(3, "# sleep 1")
    clock.write_text(f"{seconds}")
    site.submit_many(6, "# sleep 0.5")
    time.sleep(2)
    site.until_ended()

    assert skewed.is_alive
    assert {run.attempt for run in site.runs()} == {1}
    assert site.ledger() == all_graded(9)


@SQLITE_FIRST
def test_a_worker_does_not_start_with_a_clock_that_is_two_hours_wrong(
    site: Site,
) -> None:
    clock = site.gate("clock")
    clock.write_text(f"{TWO_HOURS}")
    site.submit_many(3)
    wrong = site.start_poller(**{faults.CLOCK: str(clock)})
    code = wrong.popen.wait(site.patience)
    graded = site.ledger().graded
    site.poller()
    site.until_ended()

    assert (code != 0, graded) == (True, 0)
    assert wrong.says("7200 s ahead of")
    assert site.ledger() == all_graded(3)


@BOTH
def test_eight_who_ask_at_once_for_a_rerun_get_one(site: Site) -> None:
    site.poller()
    receipt = site.submit()
    site.until_ended()
    with ThreadPoolExecutor(8) as people:
        asked = list(
            people.map(lambda _: _rerun(site, receipt.submission_id), range(8))
        )
    site.until(lambda: site.ledger().stuck == 0)

    assert receipt.run_id not in asked
    assert site.ledger().violations == ()
    assert (site.ledger().accepted, site.ledger().charged) == (1, 1)


def _rerun(site: Site, submission_id: str) -> str:
    with site.database.write() as session:
        return runs.rerun(session, submission_id, site.world.ta)
