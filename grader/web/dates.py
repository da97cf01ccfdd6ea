"""Where instructors set dates, limits and the late policy of an assignment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.errors import RefusedError
from grader.models import Counting
from grader.services import assignments, dates, deadlines
from grader.services.assignments import AssignmentView
from grader.services.dates import Change, Rules
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.fields import Fields, shown_moment
from grader.web.filters import zone
from grader.web.navigation import Place, Tab

blueprint = Blueprint("dates", __name__)
TABS = (Tab(Place.ASSIGNMENT, 60, "dates.show", "Dates"),)
_ADDRESS = "/courses/<course>/assignments/<assignment>/dates"
_FIELD_OF = {"opens-after-due": "opens_at", "bad-policy": "late"}
_LONGEST_FIELD = 2000
_TICKED = ("uses_bank",)


@blueprint.get(_ADDRESS)
@requires(Access.INSTRUCTOR)
def show(course: str, assignment: str) -> str:
    """Show what holds now."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        rules = dates.rules_of(session, view.id)
    return _page(view, rules, _shown(rules))


@blueprint.post(_ADDRESS)
@requires(Access.INSTRUCTOR)
def save(course: str, assignment: str) -> Response | str | tuple[str, int]:
    """Save at once where no score changes; else show whose, and save when told so."""
    with backend().database.read() as session:
        view = assignments.get(session, course, assignment)
        now = dates.rules_of(session, view.id)
    fields = Fields(request.form, zone(g.course.timezone))
    rules = _read(fields, now)
    if rules is None:
        return _page(view, now, _typed(), problems=fields.problems), 422
    with backend().database.read() as session:
        changes = dates.preview(session, view.id, rules)
    if request.form.get("action") == "look" or (
        changes and fields.text("agreed") != str(len(changes))
    ):
        return _page(view, rules, _typed(), changes=changes)
    try:
        with backend().database.write() as session:
            dates.change(session, view.id, rules, actor_id=current_user.id)
    except RefusedError as refusal:
        wrong = {_FIELD_OF.get(refusal.code, "form"): refusal.message}
        return _page(view, now, _typed(), problems=wrong), 422
    flash("Saved. The dates before are kept; you can go back below.", "success")
    return _back(course, assignment)


@blueprint.post(f"{_ADDRESS}/undo")
@requires(Access.INSTRUCTOR)
def undo(course: str, assignment: str) -> Response:
    """Put back what held before the last change."""
    with backend().database.write() as session:
        view = assignments.get(session, course, assignment)
        dates.undo(session, view.id, actor_id=current_user.id)
    flash("What held before is back.", "success")
    return _back(course, assignment)


def _read(fields: Fields, now: Rules) -> Rules | None:
    """Return the rules that the form states; nothing if it cannot be read."""
    counting = fields.text("counting")
    minutes = fields.number("cooldown", 0, dates.MOST_COOLDOWN_SECONDS / 60)
    late_days = fields.whole("late_days", 0, dates.MOST_LATE_DAYS)
    values: dict[str, Any] = {
        "opens_at": fields.moment("opens_at"),
        "due_at": fields.moment("due_at"),
        "max_attempts": fields.whole("max_attempts", 1, dates.MOST_ATTEMPTS),
        "cooldown_seconds": round(60 * (minutes or 0)),
        "counting": Counting(counting) if counting in set(Counting) else now.counting,
        "group_size": fields.whole("group_size", 1, dates.MOST_IN_GROUP) or 1,
        "late_days": now.late_days if late_days is None else late_days,
        "late_policy": _policy(fields),
    }
    return None if fields.problems else Rules(**values)


def _policy(fields: Fields) -> dict[str, Any] | None:
    late = fields.text("late")
    stated: dict[str, Any] = {
        "grace_minutes": fields.whole("grace_minutes", 0, dates.MOST_GRACE_MINUTES)
        or 0,
        "uses_bank": fields.ticked("uses_bank"),
        "last_at": fields.moment("last_at"),
    }
    if late == "percent":
        stated["percent_per_day"] = fields.number("percent_per_day", 0.1, 100)
        if stated["percent_per_day"] is None:
            fields.problems.setdefault("percent_per_day", "Say how many percent.")
    if late == "list":
        stated["credit"] = fields.credit("credit")
        if not stated["credit"]:
            fields.problems.setdefault("credit", "Write at least one line.")
    if fields.problems:
        return None
    try:
        return dates.late_policy(g.course.timezone, **stated)
    except RefusedError as refusal:
        fields.problems["late"] = refusal.message
        return None


def _typed() -> dict[str, Any]:
    """Return what was typed, so that nobody has to type it again."""
    shown: dict[str, Any] = {
        name: text[:_LONGEST_FIELD] for name, text in request.form.items()
    }
    return {**shown, **{name: request.form.get(name) == "1" for name in _TICKED}}


def _shown(rules: Rules) -> dict[str, Any]:
    """Return what the fields show for the rules that hold."""
    timezone = zone(g.course.timezone)
    policy = rules.late_policy or {}
    kind = "percent" if "percent_per_day" in policy else "none"
    last_at = policy.get("last_at")
    return {
        "opens_at": shown_moment(rules.opens_at, timezone),
        "due_at": shown_moment(rules.due_at, timezone),
        "max_attempts": rules.max_attempts or "",
        "cooldown": f"{rules.cooldown_seconds / 60:g}",
        "counting": rules.counting.value,
        "group_size": rules.group_size,
        "late_days": rules.late_days,
        "grace_minutes": policy.get("grace_minutes", 0),
        "uses_bank": policy.get("uses_bank", False),
        "late": "list" if policy.get("credit") else kind,
        "percent_per_day": f"{policy.get('percent_per_day', 10):g}",
        "credit": "\n".join(map(_line, policy.get("credit", ()))),
        "last_at": shown_moment(_parsed(last_at), timezone),
    }


def _line(entry: Mapping[str, Any]) -> str:
    until = _parsed(entry.get("until"))
    if until is None:
        return f"{entry['hours']:g} h: {entry['percent']:g} %"
    shown = shown_moment(until, zone(g.course.timezone)).replace("T", " ")
    return f"{shown}: {entry['percent']:g} %"


def _parsed(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _page(
    view: AssignmentView,
    rules: Rules,
    shown: dict[str, Any],
    *,
    problems: Mapping[str, str] | None = None,
    changes: list[Change] | None = None,
) -> str:
    with backend().database.read() as session:
        before = dates.previous(session, view.id)
    facts: dict[str, Any] = {
        "course": g.course,
        "role": g.role,
        "assignment": view,
        "shown": shown,
        "problems": problems or {},
        "changes": changes,
        "before": before,
        "examples": deadlines.examples(
            rules.late_policy,
            due_at=rules.due_at or datetime.now(UTC),
            points=view.max_score,
            available=rules.late_days,
        ),
    }
    return render_template("dates/page.html", **facts)


def _back(course: str, assignment: str) -> Response:
    return redirect(url_for("dates.show", course=course, assignment=assignment), 303)
