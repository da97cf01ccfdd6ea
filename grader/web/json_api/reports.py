"""A report for programs, with the same keys as ``grader grade --json``."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from grader.models import RunStatus
from grader.report import Verdict
from grader.services.reports import CheckState, ReportView
from grader.web import reading
from grader.web.json_api.shapes import Answer

_STAFF = ("seed", "jail_tier", "versions", "spec_digest", "machine", "blocked_calls")


class DiagnosisBody(Answer):
    """Which known mistake an answer looks like."""

    id: str
    title: str
    hint: str


class ResultBody(Answer):
    """What was concluded about one quantity of one check."""

    check: str
    title: str
    component: str
    quantity: str
    verdict: Verdict
    points: float
    max_points: float
    message: str
    diagnosis: DiagnosisBody | None
    evidence: Mapping[str, Any]
    seconds: float


class CheckLine(Answer):
    """Where one check stands; ``points`` is null until it has ended."""

    id: str
    title: str
    component: str
    max_points: float
    points: float | None
    state: CheckState


class Progress(Answer):
    """How many checks have ended, of how many, and which one runs."""

    done: int
    total: int
    current: str


class WorthBody(Answer):
    """What became of the points that grading gave."""

    raw: float | None
    adjusted: float | None
    late: str
    penalty: float
    final: float | None
    counts: bool


class BlockedCallBody(Answer):
    """A system call that code was ended for."""

    check: str
    call: str


class ReportBody(Answer):
    """A submission and how far its grading has come, as you may see it.

    ``score`` is what counts, and of the visible part alone where ``is_partial``. The
    fields from ``seed`` on are there for the staff only.
    """

    submission: str
    number: int
    course: str
    assignment: str
    received_at: datetime
    sha256: str
    status: RunStatus
    is_pending: bool = Field(description="Whether it is worth asking again.")
    poll_seconds: float = Field(description="When to ask again.")
    queue_place: int | None
    wait_seconds: float | None
    progress: Progress
    score: float | None
    max_score: float
    is_partial: bool
    is_withdrawn: bool
    can_withdraw: bool
    worth: WorthBody | None
    notices: list[str]
    log: str
    hint_notice: str
    files: list[str]
    checks: list[CheckLine]
    results: list[ResultBody]
    seed: int | None = None
    jail_tier: str | None = None
    versions: dict[str, str] | None = None
    spec_digest: str | None = None
    machine: dict[str, str] | None = None
    blocked_calls: list[BlockedCallBody] | None = None


_SAME = frozenset(
    {
        "number",
        "received_at",
        "sha256",
        "status",
        "queue_place",
        "wait_seconds",
        "score",
        "max_score",
        "is_partial",
        "is_withdrawn",
        "can_withdraw",
        "worth",
        "notices",
        "log",
        "hint_notice",
        "files",
        "checks",
    }
)


def body(view: ReportView) -> ReportBody:
    """Return what a reader may see; what is hidden is not in ``view`` at all."""
    asked_at = view.started_at or view.received_at
    waited = (datetime.now(UTC) - asked_at).total_seconds()
    facts: dict[str, Any] = {name: getattr(view, name) for name in _SAME}
    facts |= {
        "submission": view.submission_id,
        "course": view.course_slug,
        "assignment": view.assignment_slug,
        "is_pending": view.status.is_pending,
        "poll_seconds": reading.poll_seconds(waited),
        "progress": Progress(
            done=reading.checks_done(view),
            total=view.total,
            current=view.current_title,
        ),
        "results": [result for check in view.checks for result in check.results],
    }
    if view.my_role.is_staff:
        facts |= {name: getattr(view, name) for name in _STAFF}
    return ReportBody.model_validate(facts, from_attributes=True)
