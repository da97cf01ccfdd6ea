"""Assignments as folders of files: specification, loader, samples."""

from grader.assignments.loader import (
    Assignment,
    find,
    load_files,
    load_folder,
    shipped,
)
from grader.assignments.samples import Sample, samples
from grader.assignments.spec import AssignmentSpec
from grader.checks import CheckOutline
from grader.checks.visibility import (
    AFTER_DUE_DATE,
    AFTER_PUBLISHED,
    HIDDEN,
    VISIBLE,
)

__all__ = [
    "AFTER_DUE_DATE",
    "AFTER_PUBLISHED",
    "HIDDEN",
    "VISIBLE",
    "Assignment",
    "AssignmentSpec",
    "CheckOutline",
    "Sample",
    "find",
    "load_files",
    "load_folder",
    "samples",
    "shipped",
]
