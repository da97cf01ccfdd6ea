"""New versions of assignments: upload, try out, publish."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import g
from pydantic import Field

from grader import dispatch
from grader.errors import NotFoundError, RefusedError
from grader.models import TokenScope, TrialState
from grader.services import assignments, draft_files, drafts, trials
from grader.services.drafts import DraftView
from grader.web.access import Access
from grader.web.backend import backend
from grader.web.editor.manuscripts import Manuscript, opened
from grader.web.json_api.operations import Area, person
from grader.web.json_api.shapes import Answer, Asked, Done, Word

area = Area("drafts", "Drafts, trials and publishing an assignment")
blueprint = area.blueprint
_ALL = "/courses/<course>/drafts"
_ONE = f"{_ALL}/<draft>"
_MANAGE = TokenScope.MANAGE


class DraftLine(Answer):
    """One draft of a list."""

    slug: str
    version: int
    saved_by: str
    saved_at: datetime


class Drafts(Answer):
    """The drafts of a course, by name."""

    drafts: list[DraftLine]


class DraftBody(DraftLine):
    """A draft, and every problem that keeps it from being published.

    ``digest`` is empty while there are problems; publishing asks for it.
    """

    files: list[str]
    digest: str
    problems: list[str]


class DraftUpload(Asked):
    """A zip of the assignment's folder, in Base64."""

    zip: str = Field(description="In Base64.")


class Publication(Asked):
    """The digest of what was looked at, so that nothing else is published."""

    digest: Word


class NewTrial(Asked):
    """How often the solution is run."""

    runs: int = 1


class TrialBody(Answer):
    """A trial: what the checks of a draft catch; ``report`` once it is done."""

    id: str
    slug: str
    digest: str
    state: TrialState
    runs: int
    progress: int
    total: int
    problem: str
    ordered_by: str
    ordered_at: datetime
    finished_at: datetime | None
    report: Mapping[str, Any] | None


@area.get(_ALL, access=Access.INSTRUCTOR, answer=Drafts)
def listed(course: str) -> Drafts:
    """List the drafts of a course."""
    with backend().database.read() as session:
        return Drafts.of({"drafts": drafts.listed(session, g.course.id, person())})


@area.get(_ONE, access=Access.INSTRUCTOR, answer=DraftBody)
def one(course: str, draft: str) -> DraftBody:
    """Show a draft, its files and what is wrong with it."""
    return _body(opened(draft))


@area.post(
    _ONE, access=Access.INSTRUCTOR, scope=_MANAGE, takes=DraftUpload, answer=DraftBody
)
def upload(course: str, draft: str, body: DraftUpload) -> DraftBody:
    """Make a draft what a zip holds, or begin one with this short name.

    Files that the zip does not have are taken away. The draft is stored whatever is
    wrong with it; ``problems`` says what that is.
    """
    draft_files.require_slug(draft)
    here = backend()
    content = draft_files.unpacked(
        f"{draft}.zip", _decoded(body.zip), here.settings.max_upload_bytes
    )
    draft_files.require_names(dict.fromkeys(content, ""))
    with here.database.read() as session:
        # Before anything is put on the disk.
        trials.require_instructor(session, g.course.id, person())
    manifest = {name: here.store.put(data) for name, data in content.items()}
    _stored(draft, manifest)
    return _body(opened(draft))


@area.post(
    f"{_ONE}/publish",
    access=Access.INSTRUCTOR,
    scope=_MANAGE,
    takes=Publication,
    answer=Done,
)
def publish(course: str, draft: str, body: Publication) -> Done:
    """Publish a draft; submissions from now on are graded by it."""
    read = opened(draft)
    here = backend()
    if read.loaded is None:
        raise RefusedError(
            "This draft cannot be published: look at its problems first.",
            code="draft-broken",
        )
    if read.loaded.digest != body.digest:
        raise RefusedError(
            "The draft has changed since you looked at it. Look at it again.",
            code="changed-meanwhile",
        )
    with here.database.write() as session:
        trials.require_instructor(session, g.course.id, person())
        known = trials.summary(session, g.course.id, draft, body.digest)
        done = assignments.publish(
            session,
            here.store,
            course_id=g.course.id,
            assignment=read.loaded,
            now=datetime.now(UTC),
            known=known or {"tried": False},
            actor_id=person(),
        )
    return Done(id=draft, count=int(done.is_new))


@area.post(
    f"{_ONE}/trials",
    access=Access.INSTRUCTOR,
    scope=_MANAGE,
    takes=NewTrial,
    answer=Done,
    status=201,
)
def try_out(course: str, draft: str, body: NewTrial) -> Done:
    """Order a trial: the solution and every known mistake against the draft."""
    read = opened(draft)
    if read.loaded is None:
        raise RefusedError(
            "This draft cannot be tried out yet: look at its problems first.",
            code="draft-broken",
        )
    here = backend()
    with here.database.write() as session:
        trial = trials.order(
            session,
            course_id=g.course.id,
            slug=draft,
            digest=read.loaded.digest,
            manifest=read.draft.manifest,
            actor_id=person(),
            runs=body.runs,
        )
    dispatch.ring(here.settings)
    return Done(id=trial)


@area.get(
    "/courses/<course>/trials/<trial>", access=Access.INSTRUCTOR, answer=TrialBody
)
def trial(course: str, trial: str) -> TrialBody:
    """Show how far a trial is, and what it found."""
    with backend().database.read() as session:
        return TrialBody.of(trials.get(session, g.course.id, trial, person()))


@area.post(
    "/courses/<course>/trials/<trial>/stop",
    access=Access.INSTRUCTOR,
    scope=_MANAGE,
    answer=Done,
)
def stop(course: str, trial: str) -> Done:
    """Stop a trial that is not done."""
    with backend().database.write() as session:
        trials.stop(session, g.course.id, trial, person())
    return Done(id=trial)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError("The zip is not Base64.", code="bad-base64") from None


def _stored(slug: str, manifest: Mapping[str, str]) -> None:
    """Save a draft that is there, or begin it."""
    course_id = g.course.id
    with backend().database.write() as session:
        try:
            before: DraftView = drafts.get(session, course_id, slug, person())
        except NotFoundError:
            drafts.create(
                session,
                course_id=course_id,
                slug=slug,
                manifest=manifest,
                actor_id=person(),
            )
            return
        gone = dict.fromkeys(before.manifest.keys() - manifest.keys())
        drafts.save(
            session,
            course_id=course_id,
            slug=slug,
            version=before.version,
            changes={**manifest, **gone},
            actor_id=person(),
        )


def _body(read: Manuscript) -> DraftBody:
    draft = read.draft
    return DraftBody(
        slug=draft.slug,
        version=draft.version,
        saved_by=draft.saved_by,
        saved_at=draft.saved_at,
        files=sorted(draft.manifest),
        digest="" if read.loaded is None else read.loaded.digest,
        problems=[one.sentence for one in read.problems],
    )
