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
    "withdrawn": "cancelled what still waited",
    "chosen": "chose the attempt that counts",
    "overridden": "set the points of a check by hand",
    "override_kept": "kept points that were set by hand",
    "override_undone": "took back points that were set by hand",
    "comment_added": "wrote a comment",
    "comment_edited": "changed a comment",
    "comment_removed": "removed a comment",
    "comment_restored": "put a comment back",
    "bank_added": "added a sentence to the comment bank",
    "bank_edited": "changed a sentence of the comment bank",
    "bank_removed": "removed a sentence from the comment bank",
    "bank_restored": "put a sentence back into the comment bank",
    "rubric_item_added": "added an item to the rubric",
    "rubric_item_edited": "changed an item of the rubric",
    "rubric_item_removed": "removed an item of the rubric",
    "rubric_item_restored": "put an item of the rubric back",
    "rubric_marked": "gave an item of the rubric",
    "rubric_unmarked": "took back an item of the rubric",
    "review_assigned": "gave a review to somebody",
    "review_done": "finished a review",
    "review_reopened": "opened a review again",
    "regrade_opened": "asked for a regrade",
    "regrade_answered": "answered a regrade request",
    "regrade_assigned": "gave a regrade request to somebody",
    "regrade_reopened": "opened a regrade request again",
    "dates-changed": "changed the dates and rules of an assignment",
    "extension-granted": "granted an extension",
    "extension-removed": "took an extension away",
    "group-changed": "changed a group",
    "roster-changed": "changed the roster",
    "joined": "joined the course by its code",
    "join-code-made": "made a join code",
    "join-code-ended": "ended the join code",
    "password-replaced": "had a password replaced",
    "token-created": "made a personal token",
    "token-revoked": "revoked a personal token",
    "two-factor-on": "switched the second step on",
    "two-factor-off": "switched the second step off",
    "recovery-code-used": "used a recovery code",
    "recovery-codes-replaced": "had new recovery codes made",
    "account-erased": "erased an account",
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
