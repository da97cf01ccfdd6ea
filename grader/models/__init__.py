"""The tables, one module for each concept; imports nothing else of ours."""

from grader.models.account_session import AccountSession
from grader.models.alarm import Alarm, AlarmKind
from grader.models.api_token import ApiToken, TokenScope
from grader.models.assignment import Assignment, AssignmentSnapshot, Counting
from grader.models.audit_entry import AuditEntry
from grader.models.base import Base, UtcDateTime
from grader.models.comment import BankComment, Comment
from grader.models.course import Course, CourseRole, Enrolment
from grader.models.draft import Draft, Trial, TrialState
from grader.models.extension import Extension
from grader.models.grading_run import GradingRun, Lane, RunResult, RunStatus
from grader.models.group import Group, GroupMember
from grader.models.override import Override
from grader.models.regrade import RegradeMessage, RegradeRequest, RegradeState
from grader.models.rerun_batch import BatchState, RerunBatch, RerunItem
from grader.models.review import Review
from grader.models.rubric import RubricItem, RubricMark
from grader.models.standing import Standing
from grader.models.submission import Attempts, Submission
from grader.models.user import Role, User, user_role
from grader.models.worker_beat import WorkerBeat

__all__ = [
    "AccountSession",
    "Alarm",
    "AlarmKind",
    "ApiToken",
    "Assignment",
    "AssignmentSnapshot",
    "Attempts",
    "AuditEntry",
    "BankComment",
    "Base",
    "BatchState",
    "Comment",
    "Counting",
    "Course",
    "CourseRole",
    "Draft",
    "Enrolment",
    "Extension",
    "GradingRun",
    "Group",
    "GroupMember",
    "Lane",
    "Override",
    "RegradeMessage",
    "RegradeRequest",
    "RegradeState",
    "RerunBatch",
    "RerunItem",
    "Review",
    "Role",
    "RubricItem",
    "RubricMark",
    "RunResult",
    "RunStatus",
    "Standing",
    "Submission",
    "TokenScope",
    "Trial",
    "TrialState",
    "User",
    "UtcDateTime",
    "WorkerBeat",
    "user_role",
]
