"""The process that accepts a submission is killed at each step: nothing is half."""

import os
import signal
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from grader.db import Database
from grader.models import Submission
from grader.services import audit, queueing, submissions
from grader.services.invariants import violations
from tests.services.world import KEY, NOW, World, prepared

FORM = "the key of one form"


def die(*_: Any, **__: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still here")


def die_after(act: Callable[..., Any]) -> Callable[..., NoReturn]:
    def done(*arguments: Any) -> NoReturn:
        act(*arguments)
        die()

    return done


def before_the_file_is_on_disk(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(os, "fsync", die)


def before_the_file_has_its_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(os, "replace", die)


def after_the_file_has_its_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(os, "replace", die_after(os.replace))


def before_the_first_statement(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(submissions, "_open_assignment", die)


def after_the_attempt_is_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queueing, "enqueue", die)


def after_the_run_is_queued(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(audit, "add", die)


def before_the_commit(patch: pytest.MonkeyPatch) -> None:
    del patch
    event.listen(Session, "before_commit", die)


def after_the_commit(patch: pytest.MonkeyPatch) -> None:
    del patch
    event.listen(Session, "after_commit", die)


STEPS = [
    before_the_file_is_on_disk,
    before_the_file_has_its_name,
    after_the_file_has_its_name,
    before_the_first_statement,
    after_the_attempt_is_taken,
    after_the_run_is_queued,
    before_the_commit,
    after_the_commit,
]


def submit_in_a_process_that_dies(
    world: World, step: Callable[[pytest.MonkeyPatch], None]
) -> int:
    """Return the signal that ended a copy of this process while it accepted."""
    url = world.database.engine.url.render_as_string(hide_password=False)
    child = os.fork()
    if child == 0:
        try:
            own = Database(url, pooled=False)
            step(pytest.MonkeyPatch())
            with own.write() as session:
                submissions.submit(
                    session,
                    world.store,
                    assignment_id=world.assignment_id,
                    user_id=world.student,
                    prepared=prepared("whole or not at all\n"),
                    received_at=NOW,
                    idempotency_key=FORM,
                    secret_key=KEY,
                )
        finally:
            # Whatever happened: a copy of the test run must not go on.
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status)


def count(world: World) -> int:
    with world.database.read() as session:
        return session.scalars(select(func.count()).select_from(Submission)).one()


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_intake_leaves_nothing_half_and_the_form_can_be_sent_again(
    world: World, step: Callable[[pytest.MonkeyPatch], None]
) -> None:
    world.limit_attempts(1)

    ended_by = submit_in_a_process_that_dies(world, step)

    assert ended_by == signal.SIGKILL
    assert count(world) == (1 if step is after_the_commit else 0)
    with world.database.read() as session:
        assert violations(session, world.store) == []
    again = world.submit(key=FORM, text="whole or not at all\n")
    assert (again.number, count(world)) == (1, 1)
    with world.database.read() as session:
        assert violations(session, world.store) == []
