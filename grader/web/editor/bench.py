"""The test bench: what an assignment catches before a student hands in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader import dispatch
from grader.assignments.loader import AUTHOR_FOLDERS
from grader.errors import NotFoundError, RefusedError
from grader.services import assignments, drafts, trials
from grader.services.trials import TrialView
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.editor.manuscripts import opened
from grader.web.navigation import Place, Tab

blueprint = Blueprint("bench", __name__)
TABS = (Tab(Place.ASSIGNMENT, 70, "bench.published", "Test bench"),)
POLL_SECONDS = 2
_DONE = 286  # htmx stops asking


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """How many known mistakes of one component are caught."""

    name: str
    mistakes: Sequence[Mapping[str, Any]]
    checks: tuple[str, ...]

    @property
    def caught(self) -> int:
        """Return how many are caught for certain."""
        return sum(one["fate"] == "caught" for one in self.mistakes)

    @property
    def named(self) -> int:
        """Return how many of these the report calls by their name."""
        return sum(one["fate"] == "caught" and one["named"] for one in self.mistakes)


@blueprint.get("/courses/<course>/drafts/<draft>/bench")
@requires(Access.INSTRUCTOR)
def of_draft(course: str, draft: str) -> str:
    """Show the trials of a draft."""
    return _draft_page(draft)


@blueprint.post("/courses/<course>/drafts/<draft>/bench")
@requires(Access.INSTRUCTOR)
def order_for_draft(course: str, draft: str) -> Response | tuple[str, int]:
    """Order a trial of a draft as it was saved last."""
    read = opened(draft)
    if read.loaded is None:
        words = "This draft cannot be tried out yet: the editor shows what is wrong."
        return _draft_page(draft, RefusedError(words, code="draft-broken")), 422
    try:
        _order(draft, read.loaded.digest, read.draft.manifest)
    except RefusedError as refusal:
        return _draft_page(draft, refusal), 422
    return redirect(url_for(".of_draft", course=course, draft=draft), 303)


@blueprint.get("/courses/<course>/assignments/<assignment>/bench")
@requires(Access.INSTRUCTOR)
def published(course: str, assignment: str) -> str:
    """Show the trials of what is published."""
    return _published_page(course, assignment)


@blueprint.post("/courses/<course>/assignments/<assignment>/bench")
@requires(Access.INSTRUCTOR)
def order_for_published(course: str, assignment: str) -> Response | tuple[str, int]:
    """Order a trial of what is published."""
    here = backend()
    with here.database.read() as session:
        view = assignments.get(session, course, assignment)
        manifest = assignments.manifest(session, view.snapshot_id)
        manifest |= _of_author(session, assignment)
    try:
        _order(assignment, view.digest, manifest)
    except RefusedError as refusal:
        return _published_page(course, assignment, refusal), 422
    return redirect(url_for(".published", course=course, assignment=assignment), 303)


@blueprint.get("/courses/<course>/bench/<trial>")
@requires(Access.INSTRUCTOR)
def live(course: str, trial: str) -> tuple[str, int]:
    """Send the part of the page that shows one trial."""
    with backend().database.read() as session:
        view = trials.get(session, g.course.id, trial, current_user.id)
    status = 200 if view.is_pending else _DONE
    return render_template("editor/trial.html", **_trial_facts(view)), status


@blueprint.post("/courses/<course>/bench/<trial>/stop")
@requires(Access.INSTRUCTOR)
def stop(course: str, trial: str) -> Response:
    """Stop a trial that is not done."""
    with backend().database.write() as session:
        trials.stop(session, g.course.id, trial, current_user.id)
        view = trials.get(session, g.course.id, trial, current_user.id)
        is_draft = any(
            one.slug == view.slug
            for one in drafts.listed(session, g.course.id, current_user.id)
        )
    flash("The trial was stopped.", "success")
    if is_draft:
        address = url_for(".of_draft", course=course, draft=view.slug)
    else:
        address = url_for(".published", course=course, assignment=view.slug)
    return redirect(address, 303)


def _order(slug: str, digest: str, manifest: Mapping[str, str]) -> None:
    here = backend()
    typed = request.form.get("runs", "1").strip()
    runs = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0
    with here.database.write() as session:
        trials.order(
            session,
            course_id=g.course.id,
            slug=slug,
            digest=digest,
            manifest=manifest,
            actor_id=current_user.id,
            runs=runs,
        )
    dispatch.ring(here.settings)


def _of_author(session: Any, slug: str) -> dict[str, str]:
    """Return solution and samples: nothing published holds them, a draft may."""
    try:
        draft = drafts.get(session, g.course.id, slug, current_user.id)
    except NotFoundError:
        return {}
    return {
        name: blob
        for name, blob in draft.manifest.items()
        if name.partition("/")[0] in AUTHOR_FOLDERS
    }


def _draft_page(slug: str, refusal: RefusedError | None = None) -> str:
    read = opened(slug)
    digest = "" if read.loaded is None else read.loaded.digest
    facts = _facts(slug, digest, refusal)
    return render_template("editor/bench.html", draft=read.draft, **facts)


def _published_page(course: str, slug: str, refusal: RefusedError | None = None) -> str:
    with backend().database.read() as session:
        view = assignments.get(session, course, slug)
    facts = _facts(slug, view.digest, refusal)
    return render_template("editor/bench.html", assignment=view, **facts)


def _facts(slug: str, digest: str, refusal: RefusedError | None) -> dict[str, Any]:
    """Return the trials of an assignment, and all about the newest of these files."""
    with backend().database.read() as session:
        found = trials.listed(session, g.course.id, slug, current_user.id)
        wanted = request.args.get("trial") or next(
            (one.id for one in found if one.is_pending or one.digest == digest),
            found[0].id if found else "",
        )
        shown = None
        if wanted:
            shown = trials.get(session, g.course.id, wanted, current_user.id)
    return {
        "course": g.course,
        "role": g.role,
        "trials": found,
        "digest": digest,
        "refusal": refusal,
        "runs": request.form.get("runs", "1")[:4],
        "trial": None,
        **({} if shown is None else _trial_facts(shown)),
    }


def _trial_facts(view: TrialView) -> dict[str, Any]:
    report = view.report
    facts: dict[str, Any] = {
        "course": g.course,
        "trial": view,
        "report": report,
        "poll_seconds": POLL_SECONDS,
    }
    if report is None:
        return facts
    mistakes = report["mistakes"] or []
    times: dict[str, float] = {}
    for item in report["items"]:
        check = item["item"].partition(".")[0]
        times[check] = max(times.get(check, 0.0), item["median_seconds"])
    return facts | {
        "survivors": [one for one in mistakes if one["fate"] != "caught"],
        "unclear": [one for one in report["screening"] or () if one["reason"]],
        "rows": _rows(mistakes),
        "times": times,
        "submissions": _submissions(report["trials"]),
    }


def _rows(mistakes: Sequence[Mapping[str, Any]]) -> list[ComponentRow]:
    """Return the mistakes by component, with the checks that catch any of them."""
    names = dict.fromkeys(one["component"] for one in mistakes)
    found = []
    for name in names:
        mine = [one for one in mistakes if one["component"] == name]
        checks = dict.fromkeys(check for one in mine for check in one["caught_by"])
        found.append(ComponentRow(name, mine, tuple(checks)))
    return found


def _submissions(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return solution and samples once each, with all that surprised."""
    found = []
    for name in dict.fromkeys(one["name"] for one in runs):
        mine = [one for one in runs if one["name"] == name]
        surprises = dict.fromkeys(s for one in mine for s in one["surprises"])
        found.append({**mine[0], "runs": len(mine), "surprises": list(surprises)})
    return found
