"""Faults that are tried twice: on the whole service, and with a part taken out."""

import time

from grader.services.receipts import Receipt
from tests.chaos.site import Site, with_lease
from tests.chaos.started import faults


def killed_worker(site: Site, kind: str) -> tuple[Receipt, float]:
    """Kill the worker that grades; another is there.

    Returns what it held, and the seconds until that was over.
    """
    gate = site.gate()
    workers = {site.worker(kind), site.worker(kind)}
    held = site.submit(f"# wait {gate}")
    holder = site.until_begun(gate)
    site.submit_many(3)
    holder.kill()
    began = time.monotonic()
    gate.touch()
    assert holder in workers
    site.until_settled(held)
    seconds = time.monotonic() - began
    site.until_settled()
    return held, seconds


def frozen_worker(site: Site, kind: str) -> Receipt:
    """Freeze a worker for three leases, let another grade, thaw it alone."""
    gate = site.gate()
    zombie = site.worker(kind)
    held = site.submit(f"# wait {gate}")
    site.until_begun(gate)
    zombie.freeze()
    other = site.poller()
    site.until_begun(gate, times=2)
    time.sleep(3 * site.settings.lease_seconds)
    gate.touch()
    site.until_ended(held)
    other.kill()
    zombie.thaw()
    # It grades one after the other: once this is over, so is what it held.
    site.submit()
    site.until_settled()
    return held


def long_check(site: Site) -> None:
    """Grade something that takes three leases while others look for work."""
    with_lease(site, 3.0)
    site.poller()
    site.poller()
    site.submit(f"# sleep {3 * site.settings.lease_seconds}")
    site.until_settled()


def poison(site: Site) -> Receipt:
    """Hand in what kills its grader, between two that do not."""
    with_lease(site, 3.0).celery()
    site.submit(user=site.world.other)
    poison = site.submit("# crash")
    site.submit(user=site.world.ta)
    site.until_settled()
    return poison


def sick_worker(site: Site, kind: str) -> None:
    """Let a worker that cannot grade be alone with the queue, then add one that can."""
    sick = site.gate("sick")
    sick.touch()
    site.worker(kind, **{faults.SICK: str(sick)})
    site.submit_many(6)
    time.sleep(4 * site.settings.lease_seconds)
    site.poller()
    site.until_settled()


def flood(site: Site) -> list[int]:
    """Let one student send 20 before three others send one; return who was graded."""
    for _ in range(20):
        site.submit()
    world = site.world
    others = (world.other, world.ta, world.instructor)
    for user in others:
        site.submit(user=user)
    site.poller()
    site.until_settled()
    ended = [(run.finished_at, run.user_id) for run in site.runs() if run.finished_at]
    return [user for _, user in sorted(ended)]
