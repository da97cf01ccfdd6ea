"""The account that a load test closes with, on rows that are wrong on purpose."""

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import update

from grader.cli.bench_soak import GROWTH_BYTES, MORE_FILES, Holding, growth
from grader.cli.load.course import LoadedCourse
from grader.cli.load.ledger import Ledger, close_books
from grader.config import Settings
from grader.models import Attempts, RunStatus
from tests.services.world import World, tiny

WHOLE = Ledger(
    receipts=3,
    unanswered=0,
    unheard=0,
    states={RunStatus.GRADED: 2, RunStatus.SUPERSEDED: 1},
    lost=0,
    duplicates=0,
    charged=3,
    owed=3,
    most_claims=2,
    longest_seconds=4.0,
)


def course_of(world: World) -> LoadedCourse:
    return LoadedCourse(
        database=world.database,
        store=world.store,
        settings=Settings.from_environment({}),
        assignment=tiny(),
        assignment_id=world.assignment_id,
        snapshot_id=world.snapshot_id,
        students=(world.student, world.other),
        solution={},
    )


def test_a_whole_account_has_no_faults() -> None:
    assert list(WHOLE.faults()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lost": 1}, "1 receipts have no submission."),
        ({"duplicates": 2}, "2 runs were graded twice."),
        ({"unanswered": 1}, "1 uploads never got a receipt."),
        ({"charged": 4}, "4 attempts are charged where 3 are due."),
        ({"broken": ("chain-is-intact: no.",)}, "chain-is-intact: no."),
        ({"states": {RunStatus.RUNNING: 1, RunStatus.QUEUED: 1}}, "2 runs are stuck."),
        (
            {"states": {RunStatus.NEEDS_ATTENTION: 1}},
            "1 runs ended as internal errors.",
        ),
    ],
)
def test_each_broken_promise_is_a_fault(change: dict[str, object], said: str) -> None:
    account = replace(WHOLE, **change)  # type: ignore[arg-type]

    assert list(account.faults()) == [said]


def test_the_account_shows_every_number() -> None:
    lines = "\n".join(replace(WHOLE, unheard=17, lost=23, duplicates=29).lines())

    assert all(f"| {number} |" in lines for number in (3, 17, 23, 29))
    assert "| longest from upload to end | 4.0 s |" in lines


def test_books_of_graded_submissions_balance(world: World) -> None:
    receipts = [world.submit().submission_id, world.submit(world.other).submission_id]
    world.grade()
    world.grade()

    account = close_books(course_of(world), receipts)

    assert list(account.faults()) == []
    assert (account.receipts, account.charged, account.unheard) == (2, 2, 0)
    assert account.states == {RunStatus.GRADED: 2}


def test_books_show_what_waits_what_is_lost_and_what_nobody_heard_of(
    world: World,
) -> None:
    world.submit()

    account = close_books(course_of(world), [str(uuid.uuid4())], unanswered=1)

    assert (account.stuck, account.lost, account.unheard) == (1, 1, 1)
    assert len(list(account.faults())) == 3


def test_books_show_an_attempt_too_many(world: World) -> None:
    receipt = world.submit().submission_id
    world.grade()
    with world.database.write() as session:
        session.execute(update(Attempts).values(used=Attempts.used + 1))

    account = close_books(course_of(world), [receipt])

    assert "2 attempts are charged where 1 are due." in list(account.faults())
    assert any("attempts-add-up" in fault for fault in account.faults())


def test_a_program_may_grow_a_little_and_not_much() -> None:
    old = Holding(pid=1, memory_bytes=100 << 20, files=40)
    fine = replace(old, memory_bytes=old.memory_bytes + GROWTH_BYTES, files=45)
    fat = replace(old, memory_bytes=old.memory_bytes + 2 * GROWTH_BYTES)
    leaky = replace(old, files=old.files + MORE_FILES + 1)

    assert list(growth("web", old, fine)) == []
    assert list(growth("web", old, fat)) == ["web grew by 40 MB."]
    assert list(growth("web", old, leaky)) == ["web has 17 more files open."]
