"""A student's attempts at an assignment, and which of them is the score."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, select, union
from sqlalchemy.orm import Session

from grader.errors import NotFoundError
from grader.models import (
    Assignment,
    AssignmentSnapshot,
    Attempts,
    Counting,
    GradingRun,
    RunStatus,
    Standing,
    Submission,
    User,
)
from grader.services import accounts, visibility
from grader.services.visibility import Part, Sight

Line = Row[Submission, GradingRun, AssignmentSnapshot, Standing | None, str]

_RULES = {
    Counting.BEST: "The best score of all your submissions counts.",
    Counting.LAST: "Your last submission that has a score counts.",
    Counting.CHOSEN: "The submission that you choose counts. Until you choose one, "
    "the best does.",
}


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One submission that concerns a student.

    Parameters
    ----------
    score
        With everything that people and dates did to it; of the visible part only where
        ``is_partial``.
    counts
        Whether it is the student's score; never told where the reason is hidden.
    is_chosen
        Whether the student chose it.
    handed_in_by
        The name of somebody else of the student's group; empty for one's own.
    """

    submission_id: str
    number: int
    received_at: datetime
    status: RunStatus
    score: float | None
    max_score: float | None
    counts: bool
    is_partial: bool = False
    is_chosen: bool = False
    handed_in_by: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """All attempts of one student at one assignment, the newest first.

    Parameters
    ----------
    rule
        Which one counts, as a sentence.
    reason
        Why the one that is marked counts, or why none is marked yet.
    can_choose
        Whether the student says which one counts.
    """

    rows: list[AttemptRow]
    rule: str
    reason: str
    can_choose: bool
    is_partial: bool

    @property
    def counting(self) -> AttemptRow | None:
        """Return the one that is the score, if that is known and may be told."""
        return next((row for row in self.rows if row.counts), None)

    @property
    def last_scored(self) -> AttemptRow | None:
        """Return the newest one with a score."""
        return next((row for row in self.rows if row.score is not None), None)


def history(
    session: Session, assignment: Assignment, user_id: int, sight: Sight
) -> History:
    """Return a student's attempts, those of the student's group among them.

    Parameters
    ----------
    sight
        What the reader sees, who may be somebody of the staff.
    """
    return histories(session, [assignment], user_id, {assignment.id: sight})[
        assignment.id
    ]


def histories(
    session: Session,
    assignments: Collection[Assignment],
    user_id: int,
    sights: Mapping[int, Sight],
) -> dict[int, History]:
    """Return a student's attempts at many assignments, by the assignments' ids."""
    lines: dict[int, list[Line]] = {one.id: [] for one in assignments}
    for line in _lines(session, list(lines), user_id):
        lines[line[0].assignment_id].append(line)
    scores = _visible_scores(session, lines, sights)
    chosen = dict(
        session.execute(
            select(Attempts.assignment_id, Attempts.chosen_id).where(
                Attempts.user_id == user_id, Attempts.assignment_id.in_(lines)
            )
        ).all()
    )
    return {
        one.id: _history(
            one, lines[one.id], _Reading(user_id, sights[one.id], scores), chosen
        )
        for one in assignments
    }


@dataclass(frozen=True, slots=True)
class _Reading:
    """Whose attempts are read, by whom, and the points of visible parts by run."""

    user_id: int
    sight: Sight
    scores: Mapping[uuid.UUID, float]


def _history(
    assignment: Assignment,
    lines: list[Line],
    reading: _Reading,
    chosen: Mapping[int, uuid.UUID | None],
) -> History:
    partial = any(not reading.sight.is_whole(line[2].outline) for line in lines)
    # The best of all would tell which has more points in what is hidden.
    tells = not partial or assignment.counting is Counting.LAST
    can_choose = assignment.counting is Counting.CHOSEN
    wanted = chosen.get(assignment.id) if can_choose else None
    rows = [_row(line, reading, wanted, tells=tells) for line in lines]
    return History(
        rows=rows,
        rule=_RULES[assignment.counting],
        reason=_reason(rows, assignment.counting, tells=tells),
        can_choose=can_choose,
        is_partial=partial,
    )


def attempts(
    session: Session,
    *,
    assignment_id: int,
    user_id: int,
    sight: Sight = visibility.EVERYTHING,
) -> list[AttemptRow]:
    """Return a student's attempts, the newest first."""
    assignment = session.get_one(Assignment, assignment_id)
    return history(session, assignment, user_id, sight).rows


def for_reader(
    session: Session,
    *,
    assignment_id: int,
    student_id: int,
    reader_id: int,
    now: datetime,
) -> History:
    """Return a student's attempts as somebody may see them.

    Staff see everybody's; a student sees those that concern the student, whoever of
    the group handed in.

    Raises
    ------
    NotFoundError
        If there is no such assignment for the reader, or it is not open yet.
    """
    row = session.get(Assignment, assignment_id)
    role = None if row is None else accounts.role_in(session, reader_id, row.course_id)
    if row is None or role is None:
        raise NotFoundError(f"assignment {assignment_id} is not for this viewer")
    visibility.require_open(session, assignment_id, role, now)
    sight = visibility.sight(session, row, reader_id, role, now)
    return history(session, row, student_id if role.is_staff else reader_id, sight)


def _lines(session: Session, assignment_ids: list[int], user_id: int) -> list[Line]:
    """Return what a student or the student's group handed in."""
    # Two short looks into indexes; "or" would read everybody's submissions.
    wanted = union(
        select(Submission.id).where(
            Submission.user_id == user_id, Submission.assignment_id.in_(assignment_ids)
        ),
        select(Standing.submission_id).where(
            Standing.user_id == user_id, Standing.assignment_id.in_(assignment_ids)
        ),
    )
    query = (
        select(Submission, GradingRun, AssignmentSnapshot, Standing, User.name)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .join(AssignmentSnapshot, AssignmentSnapshot.id == GradingRun.snapshot_id)
        .join(User, User.id == Submission.user_id)
        .outerjoin(
            Standing,
            and_(Standing.submission_id == Submission.id, Standing.user_id == user_id),
        )
        .where(GradingRun.is_current, Submission.id.in_(wanted))
        .order_by(Submission.received_at.desc(), Submission.number.desc())
    )
    return list(session.execute(query))


def _visible_scores(
    session: Session, lines: Mapping[int, list[Line]], sights: Mapping[int, Sight]
) -> dict[uuid.UUID, float]:
    """Return the points of the visible part of each run that is graded in part."""
    parts: dict[uuid.UUID, Part] = {}
    for assignment_id, own in lines.items():
        sight = sights[assignment_id]
        for submission, run, snapshot, _, _ in own:
            graded = run.status is RunStatus.GRADED
            if graded and not sight.is_whole(snapshot.outline):
                shown = frozenset(e["id"] for e in sight.shown(snapshot.outline))
                parts[run.id] = Part(submission.id, shown)
    return visibility.points_of(session, parts)


def _row(
    line: Line, reading: _Reading, chosen: uuid.UUID | None, *, tells: bool
) -> AttemptRow:
    submission, run, snapshot, standing, name = line
    sight = reading.sight
    is_whole = sight.is_whole(snapshot.outline)
    if is_whole:
        score = run.score if standing is None else standing.final
        most = snapshot.max_score if run.max_score is None else run.max_score
    else:
        score = reading.scores.get(run.id)
        most = sight.max_score(snapshot.outline)
    is_chosen = submission.id == chosen
    counts = standing is not None and standing.counts
    return AttemptRow(
        submission_id=str(submission.id),
        number=submission.number,
        received_at=submission.received_at,
        status=run.status,
        score=score,
        max_score=most,
        counts=counts and (tells or is_chosen),
        is_partial=not is_whole,
        is_chosen=is_chosen,
        handed_in_by="" if submission.user_id == reading.user_id else name,
    )


def _reason(rows: list[AttemptRow], counting: Counting, *, tells: bool) -> str:
    found = next((row for row in rows if row.counts), None)
    if found is not None and found.is_chosen:
        return f"Attempt {found.number} counts, because you chose it."
    if not tells:
        return "Which one that is shows when everything has been tested."
    if found is None:
        return "None has a score yet."
    if counting is Counting.LAST:
        return f"That is attempt {found.number}."
    return f"That is attempt {found.number}. Of equal scores, the earliest counts."
