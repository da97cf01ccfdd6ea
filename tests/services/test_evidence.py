"""Blocked calls and the machine are stored with a run and shown to staff only."""

from dataclasses import replace

from grader.report import BlockedCall
from grader.services import reports, runs, submission_list
from tests.services.world import World, report

CALL = BlockedCall("relu-forward", "ptrace")


def grade(world: World, *blocked: BlockedCall) -> str:
    submission = world.submit().submission_id
    job = world.must_claim()
    outcome = replace(report(), machine={"kernel": "Linux 6.1"}, blocked_calls=blocked)
    with world.database.write() as session:
        runs.finish(session, job, outcome)
    return submission


def view(world: World, submission: str, viewer: int) -> reports.ReportView:
    with world.database.read() as session:
        return reports.for_viewer(session, submission_id=submission, viewer_id=viewer)


def test_staff_see_the_calls_and_the_machine_of_a_run(world: World) -> None:
    submission = grade(world, CALL)

    seen = view(world, submission, world.ta)

    assert seen.blocked_calls == (CALL,)
    assert seen.machine == {"kernel": "Linux 6.1"}


def test_the_student_sees_neither(world: World) -> None:
    submission = grade(world, CALL)

    seen = view(world, submission, world.student)

    assert (seen.blocked_calls, dict(seen.machine)) == ((), {})


def test_a_blocked_call_changes_no_score(world: World) -> None:
    submission = grade(world, CALL)

    assert view(world, submission, world.student).score == 6.0


def test_the_list_of_submissions_names_each_call_once(world: World) -> None:
    grade(world, CALL, replace(CALL, check="relu-backward"), BlockedCall("x", "bpf"))
    grade(world)

    with world.database.read() as session:
        rows = submission_list.listed(
            session, world.assignment_id, submission_list.Wanted()
        ).rows

    assert [row.blocked_calls for row in rows] == [(), ("bpf", "ptrace")]


def test_a_run_that_waits_has_no_blocked_calls(world: World) -> None:
    submission = world.submit().submission_id

    assert view(world, submission, world.ta).blocked_calls == ()
