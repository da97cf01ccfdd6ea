"""Sessions of browsers: when they hold, and everything that ends them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from grader.errors import NotFoundError, RefusedError
from grader.models import AccountSession, CourseRole, User
from grader.services import accounts, sessions
from tests.services.world import NOW, World

SECOND = timedelta(seconds=1)


@pytest.fixture
def sign_in(world: World) -> Callable[[], str]:
    def begin() -> str:
        with world.database.write() as session:
            mark = session.get_one(User, world.student).fs_uniquifier
            return sessions.start(
                session, user_id=world.student, mark=mark, now=NOW, address="192.0.2.1"
            )

    return begin


def holds(world: World, key: str, after: timedelta = SECOND) -> bool:
    with world.database.read() as session:
        return sessions.find(session, key, NOW + after) is not None


def test_a_key_tells_who_holds_it_and_is_kept_nowhere(
    world: World, sign_in: Callable[[], str]
) -> None:
    key = sign_in()
    with world.database.read() as session:
        found = sessions.find(session, key, NOW)
        row = session.scalars(select(AccountSession)).one()
    assert found is not None
    assert found.user.id == world.student
    assert key not in str(vars(row))
    assert not holds(world, key[:-1])
    assert not holds(world, "x" + key)


@pytest.mark.parametrize(
    ("after", "is_alive"),
    [
        (sessions.IDLE - SECOND, True),
        (sessions.IDLE, False),
        (sessions.ABSOLUTE, False),
    ],
)
def test_a_session_that_nobody_uses_ends(
    world: World, sign_in: Callable[[], str], after: timedelta, is_alive: bool
) -> None:
    assert holds(world, sign_in(), after) is is_alive


def test_use_makes_a_session_last_but_not_for_ever(
    world: World, sign_in: Callable[[], str]
) -> None:
    key = sign_in()
    with world.database.write() as session:
        found = sessions.find(session, key, NOW + sessions.IDLE - SECOND)
        assert found is not None
        assert found.is_due
        for days in (13, 26):
            at = NOW + timedelta(days=days)
            sessions.note_use(session, found.session_id, at, "192.0.2.2")
    assert holds(world, key, timedelta(days=29))
    assert not holds(world, key, sessions.ABSOLUTE)


def test_within_a_minute_a_use_is_not_written_again(
    world: World, sign_in: Callable[[], str]
) -> None:
    key = sign_in()
    with world.database.read() as session:
        soon = sessions.find(session, key, NOW + timedelta(seconds=59))
        later = sessions.find(session, key, NOW + timedelta(seconds=60))
    assert soon is not None
    assert later is not None
    assert (soon.is_due, later.is_due) == (False, True)


def test_people_end_their_own_sessions_only(
    world: World, sign_in: Callable[[], str]
) -> None:
    key = sign_in()
    with world.database.write() as session:
        found = sessions.find(session, key, NOW)
        assert found is not None
        with pytest.raises(NotFoundError):
            sessions.end(session, found.session_id, world.other, NOW)
        sessions.end(session, found.session_id, world.student, NOW)
    assert not holds(world, key)


def test_ending_all_others_leaves_the_one_that_asks(
    world: World, sign_in: Callable[[], str]
) -> None:
    here, *others = (sign_in() for _ in range(3))
    with world.database.write() as session:
        found = sessions.find(session, here, NOW)
        assert found is not None
        ended = sessions.end_all(session, world.student, NOW, but=found.session_id)
    assert ended == 2
    assert holds(world, here)
    assert not any(holds(world, key) for key in others)


def test_an_account_that_is_switched_off_or_marked_anew_has_no_session(
    world: World, sign_in: Callable[[], str]
) -> None:
    key = sign_in()
    with world.database.write() as session:
        session.get_one(User, world.student).fs_uniquifier = "other"
    assert not holds(world, key)
    again = sign_in()
    with world.database.write() as session:
        session.get_one(User, world.student).active = False
    assert not holds(world, again)


def test_a_password_that_changed_meanwhile_refuses_who_gave_the_old_one(
    world: World,
) -> None:
    with world.database.write() as session, pytest.raises(RefusedError) as refused:
        sessions.start(session, user_id=world.student, mark="of before", now=NOW)
    assert refused.value.code == "sign-in-again"


def test_sessions_that_are_over_for_good_are_forgotten_with_the_next_sign_in(
    world: World, sign_in: Callable[[], str]
) -> None:
    sign_in()
    with world.database.write() as session:
        session.execute(
            update(AccountSession).values(created_at=NOW - sessions.ABSOLUTE)
        )
    sign_in()
    with world.database.read() as session:
        assert len(session.scalars(select(AccountSession)).all()) == 1


def test_losing_a_role_ends_every_session_and_gaining_one_does_not(
    world: World, sign_in: Callable[[], str]
) -> None:
    key = sign_in()
    for role, stays in ((CourseRole.TA, True), (CourseRole.STUDENT, False)):
        with world.database.write() as session:
            accounts.enrol(
                session, course_id=world.course_id, user_id=world.student, role=role
            )
        assert holds(world, key) is stays


def test_an_operators_new_password_works_once_the_old_sessions_have_ended(
    world: World, sign_in: Callable[[], str]
) -> None:
    key = sign_in()
    with world.database.write() as session:
        password = accounts.replace_password(session, world.student, NOW)
        user = session.get_one(User, world.student)
        assert user.must_change_password
        assert accounts.has_password(session, world.student, password)
        assert not accounts.has_password(session, world.student, "another")
        assert not accounts.has_password(session, world.other, password)
    assert not holds(world, key)
