"""Workers killed, stopped and frozen while they grade."""

import os
import signal

import pytest

from grader.models import RunStatus
from tests.chaos import scenarios
from tests.chaos.conftest import Note
from tests.chaos.ledger import Ledger, all_graded
from tests.chaos.selection import EACH_WORKER, POSTGRES_FIRST, SQLITE_FIRST
from tests.chaos.site import Site, with_lease

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]


@EACH_WORKER
def test_what_a_killed_worker_held_is_graded_by_another(
    site: Site, kind: str, record_property: Note
) -> None:
    site.broker().start()
    held, seconds = scenarios.killed_worker(site, kind)
    record_property("seconds until another had graded it", seconds)

    run = site.run(held)
    assert (run.lost_workers >= 1, run.crash_strikes) == (True, 0)
    assert site.ledger() == all_graded(4)


@POSTGRES_FIRST
def test_a_killed_grading_process_is_a_strike_and_its_run_goes_on(site: Site) -> None:
    site.broker().start()
    with_lease(site, 3.0).celery()
    gate = site.gate()
    held = site.submit(f"# wait {gate}")
    site.until_begun(gate)
    os.kill(site.pids(gate)[0], signal.SIGKILL)
    gate.touch()
    site.until_ended()

    run = site.run(held)
    assert (run.status, run.crash_strikes, run.attempt) == (RunStatus.GRADED, 1, 2)
    assert site.ledger() == all_graded(1)


@POSTGRES_FIRST
def test_a_killed_parent_leaves_no_process_and_no_run_behind(site: Site) -> None:
    site.broker().start()
    worker = site.celery()
    gate = site.gate()
    held = site.submit(f"# wait {gate}")
    site.until_begun(gate)
    orphan = site.pids(gate)[0]
    os.kill(worker.popen.pid, signal.SIGKILL)
    worker.popen.wait(30)
    site.poller()
    gate.touch()
    site.until_ended(held)
    site.until(lambda: not _exists(orphan))

    assert site.ledger() == all_graded(1)


@EACH_WORKER
def test_a_worker_told_to_stop_under_load_loses_and_charges_nothing(
    site: Site, kind: str
) -> None:
    site.broker().start()
    with_lease(site, 10.0)
    first = site.worker(kind)
    site.submit_many(8, "# sleep 0.2")
    site.until(lambda: site.ledger().graded >= 1)
    first.terminate()
    site.worker(kind)
    code = first.popen.wait(site.patience)
    site.until_ended()

    assert code == 0
    assert {(run.lost_workers, run.crash_strikes) for run in site.runs()} == {(0, 0)}
    assert site.ledger() == all_graded(8)


@EACH_WORKER
def test_a_worker_frozen_for_three_leases_writes_nothing_when_it_wakes(
    site: Site, kind: str
) -> None:
    site.broker().start()
    held = scenarios.frozen_worker(site, kind)

    assert site.run(held).attempt >= 2
    assert site.ledger() == all_graded(2)


@SQLITE_FIRST
def test_a_check_that_takes_three_leases_is_not_taken_away(site: Site) -> None:
    scenarios.long_check(site)

    assert {(run.lost_workers, run.attempt) for run in site.runs()} == {(0, 1)}
    assert site.ledger() == all_graded(1)


@SQLITE_FIRST
def test_a_submission_that_kills_its_grader_is_put_aside_after_three_times(
    site: Site,
) -> None:
    site.broker().start()
    poison = scenarios.poison(site)

    run = site.run(poison)
    assert (run.status, run.crash_strikes) == (RunStatus.NEEDS_ATTENTION, 3)
    assert site.ledger() == Ledger(accepted=3, graded=2, broken=1, charged=2)


@EACH_WORKER
def test_a_sick_worker_alone_spoils_nothing_and_a_healthy_one_grades_it_all(
    site: Site, kind: str
) -> None:
    site.broker().start()
    scenarios.sick_worker(site, kind)

    assert {run.give_backs for run in site.runs()} == {0}
    assert site.ledger() == all_graded(6)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
