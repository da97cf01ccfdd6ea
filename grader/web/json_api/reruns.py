"""Grading many submissions again: order, look, apply, take back."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import g
from sqlalchemy.orm import Session

from grader import dispatch
from grader.models import BatchState, TokenScope
from grader.services import assignments, reruns
from grader.services.reruns import BatchView, Meant, Version
from grader.web.access import Access
from grader.web.backend import backend
from grader.web.json_api.operations import Area, next_page, person
from grader.web.json_api.shapes import (
    Answer,
    Asked,
    Done,
    Page,
    Paged,
    Query,
    Text,
    Word,
)

area = Area("reruns", "Rerun all")
blueprint = area.blueprint
_ALL = "/courses/<course>/assignments/<assignment>/reruns"
_ONE = f"{_ALL}/<batch>"
_MANAGE = TokenScope.MANAGE
_PAGE_ROWS = 100


class ProgressBody(Answer):
    """How many runs of a batch stand where."""

    total: int
    graded: int
    running: int
    waiting: int
    attention: int
    seconds_left: float | None


class BatchLine(Answer):
    """One batch of a list."""

    id: str
    what: str
    version: str
    reason: str
    state: BatchState
    created_at: datetime
    created_by: str
    progress: ProgressBody


class Batches(Answer):
    """The batches of an assignment, the newest first."""

    batches: list[BatchLine]


class BatchBody(Answer):
    """One batch."""

    card: BatchLine
    applied_at: datetime | None
    ended_at: datetime | None


class CheckChange(Answer):
    """What one check gave before and would give."""

    check: str
    old: float | None
    new: float | None


class ChangeBody(Answer):
    """One score that applying would change."""

    submission_id: str
    name: str
    number: int
    old: float | None
    new: float | None
    score_old: float | None
    score_new: float | None
    checks: list[CheckChange]
    flagged: Sequence[str]


class PreviewBody(Paged):
    """One page of what applying would change."""

    changes: list[ChangeBody]
    changed: int
    same: int
    left_out: Sequence[str]


class WantedChanges(Query):
    """Which page."""

    page: Page = 1


class NewBatch(Asked):
    """What to grade again, under which version, and why."""

    meant: Meant
    version: Version
    reason: Text
    section: Word = ""
    failed_check: Word = ""
    attention: bool = False


@area.get(_ALL, access=Access.INSTRUCTOR, answer=Batches)
def listed(course: str, assignment: str) -> Batches:
    """List the batches of an assignment."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        return Batches.of({"batches": reruns.batches(session, view.id, person())})


@area.post(
    _ALL,
    access=Access.INSTRUCTOR,
    scope=_MANAGE,
    takes=NewBatch,
    answer=Done,
    status=201,
)
def order(course: str, assignment: str, body: NewBatch) -> Done:
    """Order a batch; no score moves before it is applied."""
    here = backend()
    with here.database.write() as session:
        view = assignments.get(session, course, assignment)
        wanted = reruns.Order(**body.model_dump())
        batch = reruns.order(session, view.id, person(), wanted)
    dispatch.ring(here.settings)
    return Done(id=str(batch))


@area.get(_ONE, access=Access.INSTRUCTOR, answer=BatchBody)
def one(course: str, assignment: str, batch: str) -> BatchBody:
    """Show how far a batch is."""
    with backend().database.read() as session:
        return BatchBody.of(_found(session, assignment, batch))


@area.get(
    f"{_ONE}/preview",
    access=Access.INSTRUCTOR,
    asks=WantedChanges,
    answer=PreviewBody,
)
def preview(
    course: str, assignment: str, batch: str, query: WantedChanges
) -> PreviewBody:
    """Show every score that applying a batch would change."""
    with backend().database.read() as session:
        _found(session, assignment, batch)
        found = reruns.preview(session, batch)
    pages = max(1, -(-len(found.changes) // _PAGE_ROWS))
    page = min(query.page, pages)
    rows = found.changes[(page - 1) * _PAGE_ROWS : page * _PAGE_ROWS]
    return PreviewBody(
        changes=[_change(one) for one in rows],
        changed=len(found.changes),
        same=found.same,
        left_out=found.left_out,
        page=page,
        pages=pages,
        next=next_page(page, pages),
    )


@area.post(f"{_ONE}/apply", access=Access.INSTRUCTOR, scope=_MANAGE, answer=Done)
def apply(course: str, assignment: str, batch: str) -> Done:
    """Let the new results count."""
    return _act(assignment, batch, reruns.apply)


@area.post(f"{_ONE}/undo", access=Access.INSTRUCTOR, scope=_MANAGE, answer=Done)
def undo(course: str, assignment: str, batch: str) -> Done:
    """Let the results count again that did before."""
    return _act(assignment, batch, reruns.undo)


@area.post(f"{_ONE}/discard", access=Access.INSTRUCTOR, scope=_MANAGE, answer=Done)
def discard(course: str, assignment: str, batch: str) -> Done:
    """Give a batch up."""
    return _act(assignment, batch, reruns.discard)


def _act(
    assignment: str, batch: str, action: Callable[[Session, str, int], int]
) -> Done:
    with backend().database.write() as session:
        _found(session, assignment, batch)
        return Done(id=batch, count=action(session, batch, person()))


def _found(session: Session, assignment: str, batch: str) -> BatchView:
    view = assignments.get(session, g.course.slug, assignment)
    return reruns.look(session, batch, person(), view.id)


def _change(found: reruns.Change) -> ChangeBody:
    facts = {name: getattr(found, name) for name in ChangeBody.model_fields}
    facts["checks"] = [
        CheckChange(check=check, old=old, new=new) for check, old, new in found.checks
    ]
    return ChangeBody.of(facts)
