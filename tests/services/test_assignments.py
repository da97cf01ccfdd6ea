"""Publishing and reading back."""

import uuid
from datetime import timedelta

import pytest

from grader.errors import NotFoundError, RefusedError, StorageError
from grader.models import Standing
from grader.services import assignments
from grader.services.assignments import AssignmentView, Published
from tests.services.world import NOW, World, tiny

MORE = b"""
[[check]]
id = "again"
kind = "forward"
component = "ReLU"
points = 4
"""


def publish(world: World, extra: bytes = b"") -> Published:
    with world.database.write() as session:
        return assignments.publish(
            session,
            world.store,
            course_id=world.course_id,
            assignment=tiny(extra),
            now=NOW + timedelta(days=1),
        )


def get(world: World) -> AssignmentView:
    with world.database.read() as session:
        return assignments.get(session, "bp", "tiny")


def test_publishing_the_same_files_again_makes_no_snapshot(world: World) -> None:
    assert publish(world) == Published(
        world.assignment_id, world.snapshot_id, is_new=False
    )


def test_a_change_makes_a_new_snapshot_and_keeps_the_old(world: World) -> None:
    new = publish(world, MORE)
    assert new.is_new
    assert new.assignment_id == world.assignment_id
    assert (get(world).snapshot_id, get(world).max_score) == (new.snapshot_id, 10.0)
    with world.database.read() as session:
        old = assignments.load(session, world.store, world.snapshot_id)
    assert old.digest == tiny().digest


def test_going_back_to_earlier_files_makes_them_current_again(world: World) -> None:
    publish(world, MORE)
    assert publish(world).is_new
    assert get(world).digest == tiny().digest


def test_what_is_read_back_is_what_was_published(world: World) -> None:
    with world.database.read() as session:
        loaded = assignments.load(session, world.store, world.snapshot_id)
    assert loaded.files == tiny().files
    assert loaded.check_list == tiny().check_list


def test_a_lost_file_of_a_snapshot_is_our_failure(world: World) -> None:
    new = publish(world, b"# only here\n")
    blob = world.store.put(tiny(b"# only here\n").files["assignment.toml"])
    (world.store.directory / blob[:2] / blob).unlink()
    with world.database.read() as session, pytest.raises(StorageError):
        assignments.load(session, world.store, new.snapshot_id)


def test_settings_change_one_by_one_and_can_be_taken_away(world: World) -> None:
    with world.database.write() as session:
        assignments.update_settings(session, world.assignment_id, due_at=NOW)
        assignments.update_settings(session, world.assignment_id, max_attempts=3)
    assert (get(world).due_at, get(world).max_attempts) == (NOW, 3)
    with world.database.write() as session:
        assignments.update_settings(session, world.assignment_id, due_at=None)
    assert (get(world).due_at, get(world).max_attempts) == (None, 3)


def test_a_limit_below_one_is_refused(world: World) -> None:
    with world.database.write() as session, pytest.raises(RefusedError):
        assignments.update_settings(session, world.assignment_id, max_attempts=0)


def test_what_does_not_exist_is_not_found(world: World) -> None:
    with world.database.write() as session:
        with pytest.raises(NotFoundError):
            assignments.get(session, "bp", "none")
        with pytest.raises(NotFoundError):
            assignments.load(session, world.store, 999)
        with pytest.raises(NotFoundError):
            assignments.update_settings(session, 999, due_at=None)
        with pytest.raises(NotFoundError):
            assignments.publish(
                session, world.store, course_id=999, assignment=tiny(), now=NOW
            )


def test_a_new_date_settles_the_scores_that_it_concerns(world: World) -> None:
    receipt = world.submit(at=NOW)
    world.grade(5.0)
    with world.database.write() as session:
        assignments.update_settings(
            session, world.assignment_id, due_at=NOW - timedelta(hours=1)
        )
    key = (uuid.UUID(receipt.submission_id), world.student)
    with world.database.read() as session:
        late = session.get_one(Standing, key).late_seconds
    assert late == 3600.0
