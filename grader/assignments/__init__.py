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

__all__ = [
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
