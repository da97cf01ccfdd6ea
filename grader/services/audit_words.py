"""What happened, as a sentence for people."""

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "submitted": "handed in",
    "graded": "was graded",
    "needs_attention": "could not be graded and needs attention",
    "requeued": "was put back into the queue",
    "superseded": "was replaced by a newer submission before it was graded",
    "rerun": "ordered that a submission is graded again",
    "refunded": "was given back and costs nothing",
    "published": "published a version of an assignment",
    "rerun_ordered": "ordered a batch of reruns",
    "rerun_applied": "applied a batch of reruns",
    "rerun_applied_score": "changed a score by applying a batch of reruns",
    "rerun_undone": "took back a batch of reruns",
    "rerun_undone_score": "changed a score by taking back a batch of reruns",
    "rerun_discarded": "gave up a batch of reruns",
    "scores_published": "published the scores of an assignment",
    "scores_hidden": "took back the publication of scores",
    "draft_saved": "saved the draft of an assignment",
    "draft_deleted": "deleted the draft of an assignment",
    "trial_ordered": "had an assignment tried out",
    "trial_stopped": "stopped trying an assignment out",
}
# Of the grader itself, about somebody's submission.
_PASSIVE = {"graded", "needs_attention", "requeued", "superseded", "refunded"}
_UNSAID = {"sha256", "assignment_id", "course_id", "course", "batch", "digest", "files"}


def known() -> list[tuple[str, str]]:
    """Return the actions that have words of their own, by these words."""
    return sorted(_WORDS.items(), key=lambda pair: pair[1])


def words(action: str) -> str:
    """Say what was done; an action that nobody described is its own word."""
    return _WORDS.get(action, action.replace("_", " ").replace("-", " "))


def sentence(action: str, actor: str, student: str, number: int | None) -> str:
    """Say who did what to whose submission.

    Parameters
    ----------
    actor
        Empty for the grader itself.
    student
        Whose submission; empty if it is about none.
    number
        Of the student's attempts.
    """
    what = f"attempt {number} of {student}" if student and number else student
    if action in _PASSIVE:
        subject = what or "a submission"
        return f"{subject[0].upper()}{subject[1:]} {words(action)}."
    who = actor or "The grader"
    if not what or action == "submitted":
        tail = f" attempt {number}" if action == "submitted" and number else ""
        return f"{who} {words(action)}{tail}."
    return f"{who} {words(action)}: {what}."


def details(old: Any, new: Any) -> list[str]:
    """Return the values before and after, as short texts."""
    before, after = _plain(old), _plain(new)
    lines = []
    for name in dict.fromkeys([*before, *after]):
        if name in _UNSAID:
            continue
        label = name.replace("_", " ")
        if name in before and name in after:
            if before[name] != after[name]:
                lines.append(f"{label}: {before[name]} → {after[name]}")
        elif name in after:
            lines.append(f"{label}: {after[name]}")
        else:
            lines.append(f"{label} before: {before[name]}")
    return lines


def _plain(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return {"value": _text(value)}
    return {str(name): _text(item) for name, item in value.items()}


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)[:200]
