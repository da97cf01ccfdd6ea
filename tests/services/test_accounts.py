"""People and their roles."""

import pytest
from argon2 import PasswordHasher

from grader.errors import NotFoundError, RefusedError
from grader.models import CourseRole, User
from grader.services import accounts
from tests.services.world import World


def test_a_one_time_password_works_and_has_to_be_changed(world: World) -> None:
    with world.database.write() as session:
        new = accounts.create_user(session, email=" Ann@Example.org ", name="Ann")
        user = session.get_one(User, new.id)
    assert new.email == "ann@example.org"
    assert user.must_change_password
    assert user.password is not None
    assert PasswordHasher().verify(user.password, new.password)


def test_a_given_password_is_kept_whatever_way_its_accents_are_typed(
    world: World,
) -> None:
    with world.database.write() as session:
        new = accounts.create_user(
            session, email="a@b.org", name="", password="na\u00efve words"
        )
        user = session.get_one(User, new.id)
    assert not user.must_change_password
    assert user.name == "a@b.org"
    assert user.password is not None
    assert PasswordHasher().verify(user.password, "nai\u0308ve words")


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("STUDENT@example.org", "email-taken"),
        ("nobody", "email-invalid"),
        ("a@", "email-invalid"),
        ("a b@c.org", "email-invalid"),
    ],
)
def test_an_unfit_address_is_refused(world: World, email: str, code: str) -> None:
    with world.database.write() as session, pytest.raises(RefusedError) as refused:
        accounts.create_user(session, email=email, name="X")
    assert refused.value.code == code


def test_two_people_never_get_the_same_password() -> None:
    assert len({accounts.one_time_password() for _ in range(50)}) == 50


def test_a_person_is_found_whatever_the_case_of_the_address(world: World) -> None:
    with world.database.read() as session:
        assert accounts.user_by_email(session, "TA@Example.ORG").id == world.ta
        with pytest.raises(NotFoundError):
            accounts.user_by_email(session, "who@example.org")


def test_enrolling_again_changes_the_role(world: World) -> None:
    with world.database.write() as session:
        accounts.enrol(
            session,
            course_id=world.course_id,
            user_id=world.student,
            role=CourseRole.TA,
        )
    with world.database.read() as session:
        role = accounts.role_in(session, world.student, world.course_id)
    assert role is CourseRole.TA


def test_only_those_who_exist_can_be_enrolled(world: World) -> None:
    for course, user in ((world.course_id, 999), (999, world.student)):
        with world.database.write() as session, pytest.raises(NotFoundError):
            accounts.enrol(session, course_id=course, user_id=user, role=CourseRole.TA)


def test_somebody_outside_has_no_role_unless_an_administrator(world: World) -> None:
    with world.database.write() as session:
        assert accounts.role_in(session, world.outsider, world.course_id) is None
        user = session.get_one(User, world.outsider)
        user.is_admin = True
        session.flush()
        role = accounts.role_in(session, world.outsider, world.course_id)
        assert role is CourseRole.INSTRUCTOR
        user.active = False
        session.flush()
        assert accounts.role_in(session, world.outsider, world.course_id) is None
