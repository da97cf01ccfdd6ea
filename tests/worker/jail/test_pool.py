import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from grader.contract.limits import Limits
from grader.contract.messages import Bundle, Call, Case, Outcome
from grader.errors import SandboxUnavailableError
from tests.worker.jail.conftest import BUNDLE
from tests.worker.jail.killing import kill_and_wait
from worker.jail import WarmPool
from worker.jail.selection import TieredJail
from worker.jail.server import ForkServer
from worker.jail.session import Session


@pytest.fixture
def pool(jail: TieredJail) -> Iterator[WarmPool]:
    made = WarmPool(jail, 1)
    yield made
    made.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[ForkServer]:
    """Every jail that any pool starts, in order."""
    servers: list[ForkServer] = []
    start = TieredJail.start

    def noting(jail: TieredJail, first: Limits | None = None) -> ForkServer:
        servers.append(start(jail, first))
        return servers[-1]

    monkeypatch.setattr(TieredJail, "start", noting)
    return servers


def answer(session: Session) -> Outcome:
    return session.observe(Case((Call("attack", options={"name": "right"}),))).outcome


def until_ready(server: ForkServer) -> int:
    server.await_ready(30)
    return server.pid


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_submission_gets_the_jail_that_waited_and_the_next_one_starts(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    pool.fill()
    with pool.open(BUNDLE) as session:
        assert session.server_pid == started[0].pid
        assert answer(session) is Outcome.COMPLETED
        assert len(started) == 1
        assert answer(session) is Outcome.COMPLETED
        assert len(started) == 2


def test_the_next_jail_starts_even_if_nothing_was_asked(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    with pool.open(BUNDLE):
        assert len(started) == 1
    assert len(started) == 2


def test_no_jail_serves_two_submissions(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    pids = []
    for _ in range(3):
        with pool.open(BUNDLE) as session:
            pids.append(session.server_pid)
            assert answer(session) is Outcome.COMPLETED
    assert len(set(pids)) == 3
    assert not any(is_alive(pid) for pid in pids)


def test_filling_a_full_pool_starts_nothing(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    pool.fill()
    pool.fill()
    assert len(started) == 1


def test_a_jail_that_died_while_it_waited_is_replaced_unnoticed(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    pool.fill()
    kill_and_wait(until_ready(started[0]))
    with pool.open(BUNDLE) as session:
        assert session.server_pid != started[0].pid
        assert answer(session) is Outcome.COMPLETED


def test_a_jail_that_died_while_it_started_is_replaced_unnoticed(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    pool.fill()
    started[0].kill()
    with pool.open(BUNDLE) as session:
        assert answer(session) is Outcome.COMPLETED


def child_of(server: ForkServer) -> int:
    """The process that waits for the first case, while nothing is asked of it."""
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with suppress(OSError):
                fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2]
                if int(fields.split()[1]) == server.pid:
                    return int(entry)
    raise AssertionError("no process waits")


def test_the_process_of_the_first_case_waits_too(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    pool.fill()
    until_ready(started[0])
    waiting = child_of(started[0])
    with pool.open(BUNDLE) as session:
        assert answer(session) is Outcome.COMPLETED
    assert not is_alive(waiting)


def test_a_jail_whose_first_process_died_while_it_waited_is_replaced_unnoticed(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    pool.fill()
    until_ready(started[0])
    kill_and_wait(child_of(started[0]))
    with pool.open(BUNDLE) as session:
        assert session.server_pid != started[0].pid
        assert answer(session) is Outcome.COMPLETED


def test_a_first_case_with_other_limits_gets_a_process_that_has_them(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    pool.fill()
    until_ready(started[0])
    waiting = child_of(started[0])
    limits = Limits(cpu_seconds=Limits().cpu_seconds + 1)
    case = Case((Call("attack", options={"name": "right"}),), limits)
    with pool.open(BUNDLE) as session:
        assert session.observe(case).outcome is Outcome.COMPLETED
        assert not is_alive(waiting)
        assert session.observe(case).outcome is Outcome.COMPLETED
        # What was asked last is what the next first process is made for.
        started[1].await_ready(30)
        assert started[1].fork(limits).pid


def test_closing_leaves_no_process(pool: WarmPool, started: list[ForkServer]) -> None:
    pool.fill()
    pid = until_ready(started[0])
    pool.close()
    assert not is_alive(pid)


def test_a_closed_pool_can_be_used_again(pool: WarmPool) -> None:
    pool.fill()
    pool.close()
    with pool.open(BUNDLE) as session:
        assert answer(session) is Outcome.COMPLETED


def test_without_any_waiting_each_submission_starts_its_own(
    any_jail: TieredJail, started: list[ForkServer]
) -> None:
    pool = WarmPool(any_jail, 0)
    with pool.open(BUNDLE) as session:
        assert answer(session) is Outcome.COMPLETED
    assert len(started) == 1


def test_starting_in_advance_may_fail_without_harm(
    any_jail: TieredJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(jail: TieredJail, first: Limits | None = None) -> ForkServer:
        raise SandboxUnavailableError("no more processes")

    pool = WarmPool(any_jail, 1)
    with monkeypatch.context() as patch:
        patch.setattr(TieredJail, "start", refuse)
        pool.fill()
        with pytest.raises(SandboxUnavailableError, match="no more processes"):
            pool.open(BUNDLE)
    with pool.open(BUNDLE) as session:
        assert answer(session) is Outcome.COMPLETED
    pool.close()


def test_a_bundle_that_makes_no_sense_uses_up_no_jail_for_good(
    pool: WarmPool, started: list[ForkServer]
) -> None:
    pool.fill()
    pid = until_ready(started[0])
    with pytest.raises(ValueError, match=r"no file b\.py"):
        pool.open(Bundle({"a.py": b""}, "b.py"))
    assert not is_alive(pid)


def test_another_thread_is_refused_because_its_jails_would_die_with_it(
    any_jail: TieredJail,
) -> None:
    pool = WarmPool(any_jail, 1)
    refusals: list[str] = []

    def use() -> None:
        try:
            pool.fill()
        except RuntimeError as error:
            refusals.append(str(error))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert refusals == ["WarmPool: used by a thread that did not make it"]


def test_a_negative_number_of_jails_is_refused(any_jail: TieredJail) -> None:
    with pytest.raises(ValueError, match="at least 0, got -1"):
        WarmPool(any_jail, -1)
