"""Personal tokens: what opens, what no longer does, and what is kept of them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from grader.errors import NotFoundError, RefusedError
from grader.models import ApiToken, TokenScope, User
from grader.services import tokens
from tests.services.world import NOW, World


def make(world: World, **values: Any) -> tokens.NewToken:
    wanted = {"name": "Laptop", "scope": "submit", "days": 30, **values}
    with world.database.write() as session:
        return tokens.create(session, user_id=world.student, now=NOW, **wanted)


def caller(
    world: World, text: str, after: timedelta = timedelta()
) -> tokens.Caller | None:
    with world.database.read() as session:
        return tokens.authenticate(session, text, NOW + after)


def test_a_token_speaks_for_its_owner_within_its_scope(world: World) -> None:
    new = make(world)
    found = caller(world, new.text)
    assert found is not None
    assert (found.user_id, found.scope) == (world.student, TokenScope.SUBMIT)
    assert found.is_due
    assert new.text.startswith("bpg_")


def test_of_a_token_only_its_beginning_and_a_hash_are_kept(world: World) -> None:
    new = make(world)
    with world.database.read() as session:
        row = session.scalars(select(ApiToken)).one()
    kept = {str(value) for value in vars(row).values()}
    assert not any(new.text[len(row.start) :] in value for value in kept)
    assert new.view.start == row.start == new.text[:10]


def test_an_expired_revoked_or_changed_token_opens_nothing(world: World) -> None:
    new, other = make(world), make(world)
    assert caller(world, new.text, timedelta(days=30)) is None
    assert caller(world, new.text[:-1] + "!") is None
    assert caller(world, new.text.swapcase()) is None
    with world.database.write() as session:
        tokens.revoke(session, new.view.id, world.student, NOW)
    assert caller(world, new.text) is None
    assert caller(world, other.text) is not None
    assert world.audit() == ["token-created", "token-created", "token-revoked"]


def test_a_token_of_an_account_that_is_switched_off_opens_nothing(
    world: World,
) -> None:
    new = make(world)
    with world.database.write() as session:
        session.get_one(User, world.student).active = False
    assert caller(world, new.text) is None


def test_nobody_revokes_or_sees_a_token_of_somebody_else(world: World) -> None:
    new = make(world)
    with world.database.write() as session:
        with pytest.raises(NotFoundError):
            tokens.revoke(session, new.view.id, world.other, NOW)
        assert tokens.of(session, world.other, NOW) == []
        assert [view.id for view in tokens.of(session, world.student, NOW)] == [
            new.view.id
        ]
    assert caller(world, new.text) is not None


def test_use_is_noted_at_most_once_a_minute(world: World) -> None:
    new = make(world)
    with world.database.write() as session:
        tokens.note_use(session, new.view.id, NOW)
    soon = caller(world, new.text, timedelta(seconds=59))
    later = caller(world, new.text, timedelta(seconds=60))
    assert soon is not None
    assert later is not None
    assert (soon.is_due, later.is_due) == (False, True)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "  "}, "token-name"),
        ({"name": "x" * 81}, "token-name"),
        ({"scope": "admin"}, "token-scope"),
        ({"days": 0}, "token-days"),
        ({"days": 366}, "token-days"),
    ],
)
def test_what_makes_no_token_is_refused(
    world: World, values: dict[str, Any], code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        make(world, **values)
    assert refused.value.code == code


def test_nobody_holds_more_tokens_than_they_can_look_after(world: World) -> None:
    for _ in range(tokens.MOST_TOKENS):
        new = make(world)
    with pytest.raises(RefusedError) as refused:
        make(world)
    assert refused.value.code == "too-many-tokens"
    with world.database.write() as session:
        tokens.revoke(session, new.view.id, world.student, NOW)
    assert make(world).view.is_valid
