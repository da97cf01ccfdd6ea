"""What people added to a submission, as one reader may see it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from grader.models import RunStatus
from grader.services import comments, overrides, regrade_threads, rubric_marks, rubrics
from grader.services.comments import CommentView
from grader.services.ids import parsed
from grader.services.overrides import OverrideView
from grader.services.regrade_threads import RequestLine
from grader.services.reports import ReportView
from grader.services.rubrics import ItemView


@dataclass(frozen=True, slots=True)
class Feedback:
    """Comments, rubric, decisions and questions about one submission.

    Parameters
    ----------
    titles
        Of the checks that this reader sees, by id.
    may_ask
        Whether this reader may open a regrade request.
    """

    comments: list[CommentView]
    marks: list[ItemView]
    overrides: list[OverrideView]
    requests: list[RequestLine]
    titles: dict[str, str]
    may_ask: bool

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody has added anything."""
        return not (self.comments or self.marks or self.overrides or self.requests)

    def beside(self, file: str) -> list[CommentView]:
        """Return the comments on lines of a file, by line."""
        return [one for one in self.comments if one.file == file]


def of_report(session: Session, report: ReportView, viewer_id: int) -> Feedback:
    """Return what people added to a submission, for the reader of its report.

    What is about a check that the reader does not see is left out. So is the rubric
    while a check is hidden: an item may have been given for it.

    Parameters
    ----------
    report
        As ``reports.for_viewer`` returned it for this viewer.
    """
    submission_id = parsed(report.submission_id)
    shown = {check.id: check.title for check in report.checks}
    about_shown = {"", *shown}
    is_staff = report.my_role.is_staff
    return Feedback(
        comments=[
            one
            for one in comments.of_submission(session, submission_id)
            if one.check in about_shown
        ],
        marks=[] if report.is_partial else _marks(session, report),
        overrides=[
            one
            for one in overrides.of_submission(session, submission_id)
            if one.check in shown
        ],
        requests=regrade_threads.about(
            session, submission_id, asked_by=None if is_staff else viewer_id
        ),
        titles=shown,
        may_ask=report.is_mine and not is_staff and report.status is RunStatus.GRADED,
    )


def _marks(session: Session, report: ReportView) -> list[ItemView]:
    given = rubric_marks.of_submission(session, parsed(report.submission_id))
    items = rubrics.items(session, report.assignment_id)
    return [item for item in items if item.id in given]
