"""Grading many submissions again, looked at before it counts."""

from grader.services.reruns.applying import apply, discard, undo
from grader.services.reruns.lists import (
    BatchCard,
    BatchView,
    Progress,
    batches,
    checks_of,
    look,
)
from grader.services.reruns.ordering import Meant, Order, Version, order
from grader.services.reruns.preview import Change, Preview, preview

__all__ = [
    "BatchCard",
    "BatchView",
    "Change",
    "Meant",
    "Order",
    "Preview",
    "Progress",
    "Version",
    "apply",
    "batches",
    "checks_of",
    "discard",
    "look",
    "order",
    "preview",
    "undo",
]
