"""The page about workers and alarms."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from grader.db import Database
from grader.errors import StorageError
from grader.models import Alarm
from grader.services import alarms, health
from grader.services.alarms import AlarmKind
from grader.storage import BlobStore
from tests.web.conftest import SERVICE, token_of, upload
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def quiet(database: Database) -> None:
    """Each test begins without alarms."""
    with database.write() as session:
        session.execute(delete(Alarm))


def sound(
    database: Database, *, seconds: float = 600, problem: str = "Seccomp is 0"
) -> int:
    with database.write() as session:
        alarms.sound(
            session,
            AlarmKind.JAIL_NOT_LOCKED,
            subject="w9",
            worker="w9",
            host="node-9",
            problems=[problem, "NoNewPrivs is 0"],
            facts={"landlock": "7", "jail_tier": "T2"},
            quarantine_seconds=seconds,
        )
        return session.scalars(select(Alarm.id)).one()


def resolve(client: FlaskClient, alarm: int) -> TestResponse:
    return client.post(
        f"{SERVICE}/alarms/{alarm}/resolve",
        data={"csrf_token": token_of(client)},
        follow_redirects=True,
    )


def kept(database: Database) -> Alarm:
    with database.read() as session:
        return session.scalars(select(Alarm)).one()


def test_without_alarms_the_page_says_that_there_were_none(
    visit: Visit, world: World
) -> None:
    text = visit("ivo").get(SERVICE).text

    assert "None. Every jail was locked" in text
    assert "No worker has answered" in text
    assert "Over, of the last" not in text


def test_an_alarm_names_the_worker_and_what_was_unexpected(
    visit: Visit, world: World, database: Database
) -> None:
    sound(database, problem="Seccomp is <0>")

    text = visit("ivo").get(SERVICE).text

    assert "Seccomp is &lt;0&gt;; NoNewPrivs is 0" in text
    assert "node-9" in text
    assert "<dt>jail tier</dt><dd>T2</dd>" in text
    assert "lost no attempt" in text
    assert "set apart</span>" in text


def test_an_alarm_that_comes_again_is_one_row_that_counts(
    visit: Visit, world: World, database: Database
) -> None:
    for _ in range(3):
        sound(database)

    text = visit("ivo").get(SERVICE).text

    assert "3 times since" in text
    assert text.count("Resolve</button>") == 1


def test_a_resolved_alarm_is_over_and_says_who_resolved_it(
    visit: Visit, world: World, database: Database
) -> None:
    alarm = sound(database)

    text = resolve(visit("ivo"), alarm).text

    assert "the alarm is resolved" in text
    assert "by Ivo" in text
    assert "Resolve</button>" not in text
    assert "None. Every jail was locked" in text
    assert "Over, of the last 30 days" in text


def test_resolving_an_alarm_does_not_end_the_quarantine(
    visit: Visit, world: World, database: Database
) -> None:
    alarm = sound(database)

    text = resolve(visit("ivo"), alarm).text

    assert "set apart</span>" in text
    assert "lost no attempt" in text


def test_nobody_but_an_instructor_resolves_an_alarm(
    visit: Visit, world: World, database: Database
) -> None:
    alarm = sound(database)

    for person in ("tess", "ada", "olga"):
        resolve(visit(person), alarm)

    assert kept(database).resolved_at is None


def test_a_worker_that_is_set_apart_is_shown_so_whatever_its_processes_say(
    visit: Visit, world: World, database: Database
) -> None:
    sound(database)
    with database.write() as session:
        health.worker_beat(session, "w9", host="node-9", answered=True, problem="")

    text = visit("ivo").get(SERVICE).text

    assert "<td>set apart after an alarm</td>" in text


def test_after_its_quarantine_an_alarm_stays_open_but_sets_nobody_apart(
    visit: Visit, world: World, database: Database
) -> None:
    sound(database, seconds=-1, problem="Threads is 2")

    text = visit("ivo").get(SERVICE).text

    assert "Threads is 2" in text
    assert "set apart</span>" not in text
    assert "Resolve</button>" in text


def test_a_living_worker_shows_its_tier_and_its_trouble(
    visit: Visit, world: World, database: Database
) -> None:
    with database.write() as session:
        health.worker_beat(
            session, "w1", host="node-1", answered=True, jail_tier="T2s", problem="ill"
        )

    text = visit("ivo").get(SERVICE).text

    assert "node-1" in text
    assert "<td>T2s</td>" in text
    assert "<td>ill</td>" in text


def test_the_course_page_of_an_instructor_leads_there(
    visit: Visit, world: World
) -> None:
    assert SERVICE in visit("ivo").get("/").text
    assert SERVICE not in visit("tess").get("/").text


def test_an_upload_that_found_no_room_sounds_an_alarm(
    visit: Visit, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise StorageError("blob store: must be able to write 9 bytes, got no space")

    monkeypatch.setattr(BlobStore, "put", full)

    answer = upload(visit("ben"), {"mlp.py": b"x = 1\n"})

    assert answer.status_code == 507
    alarm = kept(database)
    assert (alarm.kind, alarm.subject) == (AlarmKind.STORAGE_FULL, "uploads")
    assert "no space" in alarm.problems[0]


def test_a_stored_file_that_is_gone_sounds_an_alarm(
    visit: Visit, world: World, database: Database
) -> None:
    for path in world.settings.blob_dir.glob("??/*"):
        path.rename(path.with_suffix(".away"))

    answer = visit("ada").get(f"/submissions/{world.ids['perfect']}/code")

    for path in world.settings.blob_dir.glob("??/*.away"):
        path.rename(path.with_suffix(""))
    assert answer.status_code == 507
    assert kept(database).kind is AlarmKind.BLOB_DAMAGED
