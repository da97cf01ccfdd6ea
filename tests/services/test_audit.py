"""The list of what happened: one chain, whoever writes and however many at once."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.models import AuditEntry
from grader.models.audit_entry import FIRST, chained_hash
from grader.services import audit
from grader.services.audit import Head
from tests.services.world import NOW, World


def entries(world: World) -> list[AuditEntry]:
    with world.database.read() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def note(world: World, action: str, **values: object) -> None:
    with world.database.write() as session:
        audit.add(session, action, **values)  # type: ignore[arg-type]


def test_each_entry_holds_the_hash_of_the_one_before(world: World) -> None:
    note(world, "first")
    with world.database.write() as session:
        audit.add(session, "second")
        audit.add(session, "third")

    first, second, third = entries(world)

    assert [e.action for e in (first, second, third)] == ["first", "second", "third"]
    assert first.previous_hash == FIRST
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)


@pytest.mark.parametrize(
    "value", [{"a": [1, 2.5, None]}, {1: (2, 3)}, float("nan"), {"s": "é\u2028\\"}, 0.1]
)
def test_a_hash_still_fits_what_the_database_gives_back(
    world: World, value: object
) -> None:
    note(
        world,
        "noted",
        old=value,
        new=value,
        submission_id=uuid.uuid4(),
        actor_id=world.ta,
        attempt=2,
        reason="wörds",
    )

    (entry,) = entries(world)

    assert entry.hash == chained_hash(entry)


def test_the_form_of_what_is_hashed_never_changes() -> None:
    entry = AuditEntry(
        at=NOW + timedelta(microseconds=5),
        actor_id=3,
        action="graded",
        submission_id=uuid.UUID(int=1),
        run_id=None,
        attempt=2,
        old=None,
        new={"score": 1.5, "max_score": 2.0},
        reason="é",
        previous_hash=FIRST,
    )

    assert chained_hash(entry) == (
        "c0ca70d970d1f492da6c6d66b21ac64722df22eb187e10a2d8a71a6bd55245b3"
    )


def test_many_writers_at_once_write_one_chain(world: World) -> None:
    def write(number: int) -> None:
        for at in range(5):
            note(world, f"{number}-{at}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    with world.database.read() as session:
        assert list(audit.chain_faults(session)) == []
        assert audit.head(session).entries == 40


def test_what_is_rolled_back_was_never_noted(world: World) -> None:
    with world.database.write() as session:
        audit.add(session, "forgotten")
        session.rollback()
        audit.add(session, "kept")

    assert [entry.action for entry in entries(world)] == ["kept"]


def test_an_error_after_the_note_leaves_none(world: World) -> None:
    def fail() -> None:
        with world.database.write() as session:
            audit.add(session, "forgotten")
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert entries(world) == []


def test_a_noted_head_holds_while_the_list_only_grows(world: World) -> None:
    with world.database.read() as session:
        nothing = audit.head(session)
    note(world, "first")
    with world.database.read() as session:
        noted = audit.head(session)
    note(world, "second")

    with world.database.read() as session:
        assert nothing == Head(0, FIRST)
        assert audit.still_holds(session, nothing)
        assert audit.still_holds(session, noted)
        assert not audit.still_holds(session, Head(1, "f" * 64))
        assert not audit.still_holds(session, Head(3, noted.hash))
