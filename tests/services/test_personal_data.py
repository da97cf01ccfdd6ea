"""Taking one's data along, and being erased."""

import json

import pytest
from sqlalchemy import select

from grader.errors import RefusedError
from grader.models import (
    AccountSession,
    ApiToken,
    CourseRole,
    Enrolment,
    Submission,
    User,
)
from grader.services import accounts, personal_data, sessions, tokens
from tests.services.world import NOW, World


def parts_of(world: World, user_id: int) -> dict[str, bytes]:
    with world.database.read() as session:
        parts = personal_data.export(session, user_id, NOW)
    return {part.name: part.read(world.store.get) for part in parts}


def erase(world: World, user_id: int) -> None:
    with world.database.write() as session:
        personal_data.erase(session, user_id, NOW)


def erased_by_refusal(world: World, user_id: int) -> str:
    with pytest.raises(RefusedError) as refused:
        erase(world, user_id)
    return refused.value.code


def test_an_export_holds_ones_own_files_and_results(world: World) -> None:
    world.submit(text="mine = 1\n")
    world.grade(4.0)
    world.submit(world.other, text="theirs = 1\n")
    parts = parts_of(world, world.student)
    assert parts["bp/tiny/1/graded/tiny.py"] == b"mine = 1\n"
    assert parts["bp/tiny/1/uploaded/mine.py"] == b"mine = 1\n"
    result = json.loads(parts["bp/tiny/1/submission.json"])["result"]
    assert (result["score"], result["status"]) == (4.0, "graded")
    account = json.loads(parts["account.json"])
    assert (account["name"], account["email"]) == ("Student", "student@example.org")


def test_an_export_holds_nothing_of_anybody_else(world: World) -> None:
    world.submit(text="mine = 1\n")
    world.submit(world.other, text="theirs = 1\n")
    everything = b"".join(parts_of(world, world.student).values())
    assert b"theirs" not in everything
    assert b"other@example.org" not in everything
    assert b"bp/tiny" not in b"".join(map(str.encode, parts_of(world, world.outsider)))


def test_an_export_holds_no_secret(world: World) -> None:
    with world.database.write() as session:
        user = session.get_one(User, world.student)
        user.password = accounts.hashed("a password")
        user.totp_secret = "sealed-secret"
        new = tokens.create(
            session,
            user_id=world.student,
            name="Laptop",
            scope="read",
            days=3,
            now=NOW,
        )
        digest = session.scalars(select(ApiToken.digest)).one()
    everything = b"".join(parts_of(world, world.student).values()).decode()
    assert "Laptop" in everything
    for secret in (new.text, digest, "sealed-secret", str(user.password)):
        assert secret not in everything


def test_somebody_who_left_takes_the_files_and_sees_no_report(world: World) -> None:
    world.submit(text="mine = 1\n")
    with world.database.write() as session:
        row = session.get_one(Enrolment, (world.course_id, world.student))
        row.dropped_at = NOW
    parts = parts_of(world, world.student)
    assert parts["bp/tiny/1/graded/tiny.py"] == b"mine = 1\n"
    assert json.loads(parts["bp/tiny/1/submission.json"])["result"] is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../x.py", "x.py"),
        ("/etc/x", "etc/x"),
        ("a\\..\\b.py", "a/b.py"),
        ("..", ""),
    ],
)
def test_no_name_in_an_archive_leads_out_of_its_folder(
    world: World, name: str, kept: str
) -> None:
    world.submit()
    with world.database.write() as session:
        row = session.scalars(select(Submission)).one()
        row.originals = {name: next(iter(row.originals.values()))}
    wanted = f"bp/tiny/1/uploaded/{kept or 'unnamed'}"
    assert wanted in parts_of(world, world.student)


def test_erasing_takes_the_person_out_and_leaves_the_grades(world: World) -> None:
    world.submit()
    world.grade(4.0)
    with world.database.write() as session:
        user = session.get_one(User, world.student)
        user.totp_secret, user.recovery_codes = "sealed", ["hash"]
        key = sessions.start(
            session,
            user_id=user.id,
            mark=user.fs_uniquifier,
            now=NOW,
            address="192.0.2.1",
            browser="Firefox",
        )
        new = tokens.create(
            session, user_id=user.id, name="Mine", scope="read", days=3, now=NOW
        )
        session.get_one(Enrolment, (world.course_id, user.id)).student_number = "s1"
    erase(world, world.student)
    with world.database.read() as session:
        user = session.get_one(User, world.student)
        place = session.get_one(Enrolment, (world.course_id, user.id))
        browser = session.scalars(select(AccountSession)).one()
        token = session.scalars(select(ApiToken)).one()
        assert sessions.find(session, key, NOW) is None
        assert tokens.authenticate(session, new.text, NOW) is None
        assert session.scalars(select(Submission.user_id)).one() == user.id
    assert (user.name, user.password) == (personal_data.ERASED_NAME, None)
    assert "student" not in user.email
    assert (user.active, user.totp_secret, user.recovery_codes) == (False, None, [])
    assert (place.student_number, place.dropped_at) == ("", NOW)
    assert (browser.address, browser.browser, token.name) == ("", "", "")
    assert world.audit()[-1] == "account-erased"


def test_the_last_instructor_of_a_course_stays(world: World) -> None:
    assert erased_by_refusal(world, world.instructor) == "last-instructor"
    with world.database.write() as session:
        assert session.get_one(User, world.instructor).active
        accounts.enrol(
            session,
            course_id=world.course_id,
            user_id=world.ta,
            role=CourseRole.INSTRUCTOR,
        )
    erase(world, world.instructor)
    assert erased_by_refusal(world, world.ta) == "last-instructor"


def test_the_last_administrator_stays(world: World) -> None:
    with world.database.write() as session:
        session.get_one(User, world.outsider).is_admin = True
        inactive = session.get_one(User, world.other)
        inactive.is_admin, inactive.active = True, False
    assert erased_by_refusal(world, world.outsider) == "last-administrator"
    with world.database.write() as session:
        session.get_one(User, world.other).active = True
    erase(world, world.outsider)
    with world.database.read() as session:
        assert not session.get_one(User, world.outsider).is_admin
