"""The tables, one module for each concept; imports nothing else of ours."""

from grader.models.alarm import Alarm, AlarmKind
from grader.models.assignment import Assignment, AssignmentSnapshot
from grader.models.audit_entry import AuditEntry
from grader.models.base import Base, UtcDateTime
from grader.models.course import Course, CourseRole, Enrolment
from grader.models.grading_run import GradingRun, Lane, RunResult, RunStatus
from grader.models.submission import Attempts, Submission
from grader.models.user import Role, User, user_role
from grader.models.worker_beat import WorkerBeat

__all__ = [
    "Alarm",
    "AlarmKind",
    "Assignment",
    "AssignmentSnapshot",
    "Attempts",
    "AuditEntry",
    "Base",
    "Course",
    "CourseRole",
    "Enrolment",
    "GradingRun",
    "Lane",
    "Role",
    "RunResult",
    "RunStatus",
    "Submission",
    "User",
    "UtcDateTime",
    "WorkerBeat",
    "user_role",
]
