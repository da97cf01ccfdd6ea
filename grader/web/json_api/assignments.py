"""What an assignment asks, and handing in."""

import base64
import binascii
import uuid
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Annotated

from flask import Response, g, request, url_for
from pydantic import Field, model_validator

from grader import intake
from grader.assignments import Assignment
from grader.errors import RefusedError
from grader.models import TokenScope
from grader.services import assignments, handouts, hints
from grader.services.assignments import AssignmentView
from grader.services.handouts import Handout
from grader.web.access import Access
from grader.web.backend import backend
from grader.web.downloads import attachment, zipped
from grader.web.handing_in import files_of_form, hand_in
from grader.web.json_api.operations import Area, person
from grader.web.json_api.shapes import Answer, Asked, Word
from grader.web.outline import OutlineGroup, grouped

area = Area("assignments", "Assignments and handing in")
blueprint = area.blueprint
_AT = "/courses/<course>/assignments/<assignment>"
_MOST_FILES = 200
_LONGEST_KEY = 64


class TestedCheck(Answer):
    """One check that you may know of; ``quantities`` says what each is worth."""

    id: str
    title: str
    max_points: float
    quantities: dict[str, float]


class TestedPart(Answer):
    """The checks of one part of the code."""

    name: str
    max_points: float
    checks: list[TestedCheck]


class Terms(Answer):
    """Dates and limits that hold for you; ``policy`` is in sentences."""

    opens_at: datetime | None
    due_at: datetime | None
    is_extended: bool
    last_moment: datetime | None
    most_attempts: int | None
    attempts_used: int
    attempts_left: int | None
    next_at: datetime | None
    late_days: int
    late_days_left: int
    policy: list[str]


class AssignmentBody(Answer):
    """An assignment as you see it.

    ``closed`` says why nothing can be handed in now and is empty if something can.
    ``terms`` is null for somebody who only looks. Where ``is_partial``, points and
    checks are those of the visible part.
    """

    slug: str
    title: str
    entry: str
    handout: str = Field(description="Markdown, as its author wrote it.")
    starter: list[str]
    max_score: float
    is_partial: bool
    closed: str
    terms: Terms | None
    hints: str
    counting: str
    tested: list[TestedPart]


class SentFile(Asked):
    """One file, as text or, if it is none, in Base64."""

    name: Word
    text: str | None = None
    base64: str | None = None

    @model_validator(mode="after")
    def _has_one_content(self) -> "SentFile":
        if (self.text is None) == (self.base64 is None):
            raise ValueError("a file has either text or base64")
        return self

    def content(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        RefusedError
            ``bad-base64``.
        """
        if self.text is not None:
            return self.text.encode("utf-8", "replace")
        try:
            return base64.b64decode(self.base64 or "", validate=True)
        except (binascii.Error, ValueError):
            raise RefusedError(
                "The content of a file is not Base64. No attempt was used.",
                code="bad-base64",
            ) from None


class Upload(Asked):
    """What is handed in."""

    files: Annotated[list[SentFile], Field(max_length=_MOST_FILES)]


class Accepted(Answer):
    """The receipt; ``signature`` proves it later, so keep it."""

    submission: str
    number: int
    sha256: str
    received_at: datetime
    signature: str
    url: str = Field(description="Where its report is read by a program.")
    page: str = Field(description="Where its report is read by a person.")


@area.get(_AT, access=Access.STUDENT, answer=AssignmentBody)
def one(course: str, assignment: str) -> AssignmentBody:
    """Show what an assignment tests, its dates and rules, and your attempts left."""
    here = backend()
    with here.database.read() as session:
        found = handouts.handout(
            session,
            here.store,
            course_slug=course,
            assignment_slug=assignment,
            user_id=person(),
            role=g.role,
            now=datetime.now(UTC),
        )
    return _body(found)


@area.get(f"{_AT}/starter", access=Access.STUDENT, answer="application/octet-stream")
def starter(course: str, assignment: str) -> Response:
    """Send the starter: one file as it is, several as a zip."""
    _, loaded = _opened(course, assignment)
    if len(loaded.starter) == 1:
        ((name, content),) = loaded.starter.items()
        return attachment(content, PurePosixPath(name).name)
    return attachment(zipped(loaded.starter), f"{assignment}-starter.zip")


@area.post(
    f"{_AT}/submissions",
    access=Access.STUDENT,
    scope=TokenScope.SUBMIT,
    takes=Upload,
    upload=("files",),
    answer=Accepted,
    status=201,
)
def submit(course: str, assignment: str, body: Upload | None) -> Accepted:
    """Hand in.

    Files come as ``multipart/form-data`` in fields named ``files``, or as JSON. Send
    an ``Idempotency-Key`` (1 to 64 characters) and the same one when you try again
    after a lost connection: nothing is handed in twice. What cannot be accepted is
    refused with 422, and costs no attempt.
    """
    received_at: datetime = g.began_at
    key = _key()
    view, loaded = _opened(course, assignment)
    uploads = files_of_form() if body is None else _files(body)
    prepared = intake.prepare(
        uploads,
        entry=loaded.spec.submission.entry,
        max_bytes=backend().settings.max_upload_bytes,
    )
    receipt = hand_in(view.id, prepared, received_at=received_at, key=key)
    there = receipt.submission_id
    return Accepted(
        submission=there,
        number=receipt.number,
        sha256=receipt.sha256,
        received_at=receipt.received_at,
        signature=receipt.signature,
        url=url_for("api_submissions.report", submission=there),
        page=url_for("submission.report", submission=there),
    )


def _key() -> str:
    given = request.headers.get("Idempotency-Key", "")
    if len(given) > _LONGEST_KEY:
        raise RefusedError(
            f"The Idempotency-Key has more than {_LONGEST_KEY} characters.",
            code="idempotency-key",
        )
    return given or uuid.uuid4().hex


def _files(body: Upload) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for file in body.files:
        if file.name in files:
            raise RefusedError(
                f"Two of your files are called {file.name}. Rename one of them.",
                code="same-name",
            )
        files[file.name] = file.content()
    return files


def _opened(course: str, assignment: str) -> tuple[AssignmentView, Assignment]:
    here = backend()
    with here.database.read() as session:
        view, _ = handouts.opened(
            session, course, assignment, g.role, datetime.now(UTC)
        )
        return view, assignments.load(session, here.store, view.snapshot_id)


def _body(found: Handout) -> AssignmentBody:
    loaded = found.loaded
    return AssignmentBody(
        slug=found.view.slug,
        title=found.view.title,
        entry=loaded.spec.submission.entry,
        handout=loaded.handout,
        starter=sorted(loaded.starter),
        max_score=found.max_score,
        is_partial=found.is_partial,
        closed=found.closed,
        terms=None if found.terms is None else Terms.of(found.terms),
        hints=hints.policy(loaded.spec.hints),
        counting=found.history.rule,
        tested=[_part(group) for group in grouped(loaded, found.sight.shows)],
    )


def _part(group: OutlineGroup) -> TestedPart:
    return TestedPart(
        name=group.name,
        max_points=group.max_points,
        checks=[
            TestedCheck(
                id=line.check.id,
                title=line.check.title,
                max_points=line.check.max_points,
                quantities=dict(line.points),
            )
            for line in group.lines
        ],
    )
