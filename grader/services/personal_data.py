"""Taking one's data out, and taking oneself out of it."""

import json
import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from grader.errors import NotFoundError, RefusedError
from grader.models import (
    AccountSession,
    ApiToken,
    Assignment,
    Comment,
    Course,
    CourseRole,
    Enrolment,
    RegradeMessage,
    Submission,
    User,
)
from grader.services import audit, own_account, reports, sessions, tokens

ERASED_NAME = "Erased account"
# Never a place where mail arrives (RFC 2606).
_NOWHERE = "erased.invalid"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an export: a document, or something that was handed in.

    Parameters
    ----------
    blob
        SHA-256 of the stored file; empty where ``content`` is the whole of it.
    """

    name: str
    content: bytes = b""
    blob: str = ""

    def read(self, load: Callable[[str], bytes]) -> bytes:
        """Return the bytes; ``load`` gives those of a stored file."""
        return load(self.blob) if self.blob else self.content


def export(session: Session, user_id: int, now: datetime) -> list[Part]:
    """Return everything that is kept of a person, as they may see it.

    Results are those of the pages: what is hidden there from this person is not in
    here either.
    """
    user = session.get_one(User, user_id)
    documents = {
        "account.json": {
            "name": user.name,
            "email": user.email,
            "created_at": user.created_at,
            "two_factor": user.totp_secret is not None,
            "administrator": user.is_admin,
            "exported_at": now,
        },
        "courses.json": _courses(session, user_id),
        "sessions.json": [asdict(one) for one in sessions.of(session, user_id, now)],
        "tokens.json": [asdict(one) for one in tokens.of(session, user_id, now)],
        "written.json": _written(session, user_id),
    }
    parts = [Part(name, _json(content)) for name, content in documents.items()]
    return parts + list(_submissions(session, user_id))


def erase(session: Session, user_id: int, now: datetime) -> None:
    """Take a person's name and address out of the database, for good.

    What was handed in, and every entry about grades, stays under a number: grades have
    to remain explicable. Whoever it was cannot sign in any more.

    Raises
    ------
    RefusedError
        ``last-instructor`` or ``last-administrator``.
    """
    user = session.scalars(
        select(User).where(User.id == user_id).with_for_update()
    ).one()
    _refuse_last(session, user)
    sessions.end_all(session, user_id, now)
    tokens.revoke_all(session, user_id, now, actor_id=user_id)
    session.execute(
        update(AccountSession)
        .where(AccountSession.user_id == user_id)
        .values(address="", browser="")
    )
    session.execute(update(ApiToken).where(ApiToken.user_id == user_id).values(name=""))
    session.execute(
        update(Enrolment)
        .where(Enrolment.user_id == user_id)
        .values(student_number="", dropped_at=func.coalesce(Enrolment.dropped_at, now))
    )
    user.name = ERASED_NAME
    user.email = f"{secrets.token_hex(8)}@{_NOWHERE}"
    user.password = None
    user.active = False
    user.is_admin = False
    user.fs_uniquifier = uuid.uuid4().hex
    user.totp_secret = None
    user.recovery_codes = []
    user.erased_at = now
    audit.add(session, "account-erased", actor_id=user_id, new={"user": user_id})


def _refuse_last(session: Session, user: User) -> None:
    """Refuse to leave a course, or the site, without anybody who can look after it."""
    taught = select(Enrolment.course_id).where(
        Enrolment.user_id == user.id,
        Enrolment.role == CourseRole.INSTRUCTOR,
        Enrolment.dropped_at.is_(None),
    )
    # Two last instructors who leave at the same moment take turns here.
    titles = dict(
        session.execute(
            select(Course.id, Course.title)
            .where(Course.id.in_(taught))
            .order_by(Course.id)
            .with_for_update()
        ).all()
    )
    others = set(
        session.scalars(
            select(Enrolment.course_id)
            .join(User, User.id == Enrolment.user_id)
            .where(
                Enrolment.course_id.in_(list(titles)),
                Enrolment.user_id != user.id,
                Enrolment.role == CourseRole.INSTRUCTOR,
                Enrolment.dropped_at.is_(None),
                User.active,
            )
        )
    )
    alone = [title for course, title in titles.items() if course not in others]
    if alone:
        raise RefusedError(
            f"You are the only instructor of {', '.join(alone)}. Make somebody else an "
            "instructor there first.",
            code="last-instructor",
        )
    if user.is_admin and not _other_administrators(session, user.id):
        raise RefusedError(
            "You are the only administrator of this service. Make somebody else one "
            "first.",
            code="last-administrator",
        )


def _other_administrators(session: Session, user_id: int) -> bool:
    administrators = session.scalars(
        select(User.id)
        .where(User.is_admin, User.active)
        .order_by(User.id)
        .with_for_update()
    )
    return any(one != user_id for one in administrators.all())


def _courses(session: Session, user_id: int) -> list[dict[str, Any]]:
    """Return all courses a person was ever in, with what the roster says of them."""
    roster = {
        slug: {
            "section": section,
            "student_number": number,
            "extra_minutes": extra,
            "left_at": dropped,
        }
        for slug, section, number, extra, dropped in session.execute(
            select(
                Course.slug,
                Enrolment.section,
                Enrolment.student_number,
                Enrolment.extra_minutes,
                Enrolment.dropped_at,
            )
            .join(Enrolment, Enrolment.course_id == Course.id)
            .where(Enrolment.user_id == user_id)
            .order_by(Course.slug)
        )
    }
    now_in = {
        one.slug: {"title": one.title, "role": one.role}
        for one in own_account.courses_of(session, user_id)
    }
    return [
        {"course": slug, **entry, **now_in.get(slug, {})}
        for slug, entry in roster.items()
    ]


def _written(session: Session, user_id: int) -> dict[str, Any]:
    """Return what a person wrote: remarks, and words in regrade requests."""
    remarks = session.scalars(
        select(Comment)
        .where(Comment.author_id == user_id, Comment.removed_at.is_(None))
        .order_by(Comment.id)
    )
    messages = session.scalars(
        select(RegradeMessage)
        .where(RegradeMessage.author_id == user_id)
        .order_by(RegradeMessage.id)
    )
    return {
        "comments": [
            {
                "submission": row.submission_id,
                "file": row.file,
                "line": row.line,
                "text": row.text,
                "created_at": row.created_at,
            }
            for row in remarks
        ],
        "regrade_requests": [
            {"request": row.request_id, "text": row.text, "created_at": row.created_at}
            for row in messages
        ],
    }


def _submissions(session: Session, user_id: int) -> Iterator[Part]:
    rows = session.scalars(
        select(Submission)
        .where(Submission.user_id == user_id)
        .options(joinedload(Submission.assignment).joinedload(Assignment.course))
        .order_by(Submission.assignment_id, Submission.number)
    ).all()
    for row in rows:
        assignment = row.assignment
        folder = f"{assignment.course.slug}/{assignment.slug}/{row.number}"
        document = {
            "submission": row.id,
            "received_at": row.received_at,
            "sha256": row.sha256,
            "entry": row.entry,
            "notices": row.notices,
            "result": _result(session, row, user_id),
        }
        yield Part(f"{folder}/submission.json", _json(document))
        for kind, names in (("graded", row.files), ("uploaded", row.originals)):
            for name, blob in names.items():
                yield Part(f"{folder}/{kind}/{_inside(name)}", blob=blob)


def _result(
    session: Session, submission: Submission, user_id: int
) -> dict[str, Any] | None:
    """Return what the pages show of a submission, ``None`` where they show nothing."""
    try:
        view = reports.for_viewer(
            session, submission_id=submission.id, viewer_id=user_id
        )
    except NotFoundError:
        # Somebody who has left the course takes the files, but sees no report.
        return None
    results = [result for check in view.checks for result in check.results]
    return {
        "status": view.status,
        "score": view.score,
        "max_score": view.max_score,
        "is_partial": view.is_partial,
        "log": view.log,
        "checks": [result.to_json() for result in results],
    }


def _inside(name: str) -> str:
    """Return a name that stays within its folder, whatever unpacks the archive."""
    parts = name.replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in {"", ".", ".."}) or "unnamed"


def _json(content: Any) -> bytes:
    text = json.dumps(content, indent=2, ensure_ascii=False, default=_plain)
    return f"{text}\n".encode()


def _plain(value: Any) -> str:
    return (
        value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
    )
