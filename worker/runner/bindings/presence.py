"""Which names a student's file has, where ``binding.py`` does not say how to look."""

from types import ModuleType

from worker.runner.bindings.base import Answers, Progress, Request
from worker.runner.bindings.parts import public_names

_LONGEST = 8000


def answer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Look for ``functions``, and for ``components`` as functions or classes.

    Only the note ``present`` or ``missing`` for each name comes back, and ``found``.
    """
    options = request.options
    wanted = [str(name) for name in options.get("functions", ())]
    wanted += [str(one["component"]) for one in options.get("components", ())]
    for name in wanted:
        there = callable(getattr(student, name, None))
        progress.notes[name] = "present" if there else "missing"
    progress.notes["found"] = found(student)
    yield {}


def found(student: ModuleType) -> str:
    """Return what the student's files define, as one short text."""
    return ", ".join(public_names(student))[:_LONGEST]
