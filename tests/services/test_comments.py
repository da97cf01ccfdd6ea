"""What the staff write beside submissions, and the bank it comes from."""

import uuid

import pytest

from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.services import comment_bank, comments, feedback, reports
from grader.services.feedback import Feedback
from tests.services.reviewing import graded, hide, noted
from tests.services.world import World


def seen_by(world: World, submission: uuid.UUID, viewer: int) -> Feedback:
    with world.database.read() as session:
        view = reports.for_viewer(session, submission_id=submission, viewer_id=viewer)
        return feedback.of_report(session, view, viewer)


def write(world: World, submission: uuid.UUID, text: str, **place: object) -> int:
    with world.database.write() as session:
        return comments.add(session, submission, world.ta, text=text, **place)  # type: ignore[arg-type]


def test_the_student_reads_comments_on_lines_and_on_the_whole(world: World) -> None:
    submission = graded(world)
    write(world, submission, "Sum over $n$.", file="tiny.py", line=1)
    write(world, submission, "  Well done.\r\n ")
    seen = seen_by(world, submission, world.student)
    assert [(c.file, c.line, c.text, c.author) for c in seen.comments] == [
        ("", 0, "Well done.", "Ta"),
        ("tiny.py", 1, "Sum over $n$.", "Ta"),
    ]
    assert [c.line for c in seen.beside("tiny.py")] == [1]


def test_a_comment_is_edited_taken_back_and_brought_back_with_every_step_noted(
    world: World,
) -> None:
    submission = graded(world)
    comment = write(world, submission, "first")
    with world.database.write() as session:
        comments.edit(session, submission, comment, world.ta, "second")
        comments.remove(session, submission, comment, world.instructor)
    gone = seen_by(world, submission, world.student).comments
    with world.database.write() as session:
        comments.restore(session, submission, comment, world.ta)
    (back,) = seen_by(world, submission, world.student).comments
    assert not gone
    assert (back.text, back.is_edited) == ("second", True)
    ((old, new, actor),) = noted(world, "comment_edited")
    assert (old["text"], new["text"], actor) == ("first", "second", world.ta)
    assert noted(world, "comment_removed")[0][2] == world.instructor


def test_a_comment_is_changed_by_its_author_and_instructors_alone(
    world: World,
) -> None:
    submission = graded(world)
    with world.database.write() as session:
        comment = comments.add(session, submission, world.instructor, text="mine")
    with world.database.write() as session:
        with pytest.raises(ForbiddenError):
            comments.edit(session, submission, comment, world.ta, "yours")
        with pytest.raises(ForbiddenError):
            comments.remove(session, submission, comment, world.student)
        with pytest.raises(NotFoundError):
            comments.remove(session, submission, comment, world.outsider)


def test_a_comment_is_found_only_on_its_own_submission(world: World) -> None:
    submission, other = graded(world), graded(world, user_id=world.other)
    comment = write(world, submission, "here")
    with world.database.write() as session, pytest.raises(NotFoundError):
        comments.remove(session, other, comment, world.ta)


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        (" \0 ", {}, "empty-text"),
        ("x" * 4001, {}, "long-text"),
        ("x", {"file": "other.py", "line": 1}, "no-such-line"),
        ("x", {"file": "tiny.py", "line": -1}, "no-such-line"),
        ("x", {"bank_id": 7}, "no-such-sentence"),
    ],
)
def test_what_cannot_be_a_comment_is_refused(
    world: World, text: str, place: dict[str, object], code: str
) -> None:
    submission = graded(world)
    with pytest.raises(RefusedError) as refusal:
        write(world, submission, text, **place)
    assert refusal.value.code == code


def test_a_comment_about_a_hidden_check_is_not_shown_to_the_student(
    world: World,
) -> None:
    submission = graded(world)
    write(world, submission, "about the hidden one", check="relu-backward")
    write(world, submission, "about the shown one", check="relu-forward")
    hide(world, "relu-backward")
    own = [c.text for c in seen_by(world, submission, world.student).comments]
    staff = [c.text for c in seen_by(world, submission, world.ta).comments]
    assert own == ["about the shown one"]
    assert len(staff) == 2


def test_one_comment_to_many_is_taken_back_from_all_of_them_at_once(
    world: World,
) -> None:
    submissions = [graded(world), graded(world, user_id=world.other)]
    targets = dict.fromkeys(submissions, "relu-backward")
    with world.database.write() as session:
        batch = comments.add_to_many(
            session, world.assignment_id, targets, world.ta, text="Sum!"
        )
    with world.database.read() as session:
        (listed,) = comments.batches(session, world.assignment_id)
    assert (listed.text, listed.submissions, listed.author) == ("Sum!", 2, "Ta")
    assert seen_by(world, submissions[1], world.other).comments[0].is_shared
    with world.database.write() as session:
        count = comments.remove_batch(session, world.assignment_id, batch, world.ta)
        assert comments.batches(session, world.assignment_id) == []
    assert count == 2
    assert seen_by(world, submissions[0], world.student).comments == []


def test_nobody_is_written_to_through_another_assignment(world: World) -> None:
    graded(world)
    with world.database.write() as session:
        with pytest.raises(NotFoundError):
            comments.add_to_many(
                session, world.assignment_id, {uuid.uuid4(): ""}, world.ta, text="x"
            )
        with pytest.raises(RefusedError, match="at least one"):
            comments.add_to_many(session, world.assignment_id, {}, world.ta, text="x")
        with pytest.raises(NotFoundError):
            comments.remove_batch(session, world.assignment_id, uuid.uuid4(), world.ta)


def test_the_bank_lists_what_is_used_most_first(world: World) -> None:
    submission = graded(world)
    with world.database.write() as session:
        comment_bank.add(session, world.course_id, world.ta, "rarely")
        often = comment_bank.add(session, world.course_id, world.ta, "often")
    write(world, submission, "often", bank_id=often)
    with world.database.read() as session:
        found = comment_bank.sentences(session, world.course_id, world.ta)
    assert [(one.text, one.uses) for one in found] == [("often", 1), ("rarely", 0)]


def test_the_bank_is_edited_emptied_and_restored_by_its_own_staff(
    world: World,
) -> None:
    course, ta = world.course_id, world.ta
    with world.database.write() as session:
        one = comment_bank.add(session, course, ta, "first")
        comment_bank.edit(session, course, one, ta, "second")
        comment_bank.remove(session, course, one, ta)
        assert comment_bank.sentences(session, course, ta) == []
        comment_bank.remove(session, course, one, ta, undo=True)
        assert comment_bank.sentences(session, course, ta)[0].text == "second"
        with pytest.raises(ForbiddenError):
            comment_bank.sentences(session, course, world.student)
        with pytest.raises(NotFoundError):
            comment_bank.edit(session, course, one + 1, ta, "x")
    assert noted(world, "bank_edited")[0][0]["text"] == "first"
