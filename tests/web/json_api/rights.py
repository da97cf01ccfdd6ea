"""What a token that may do everything opens, for whom."""

from typing import Any

PEOPLE = ("ada", "ben", "olga", "nils", "tess", "ivo")

# The owner, another student, an instructor of another course, somebody without a
# course, TA, instructor.
_ALL = (200,) * 6
_MEMBERS = (200, 200, 404, 404, 200, 200)
_STAFF = (403, 403, 404, 404, 200, 200)
_INSTRUCTORS = (403, 403, 404, 404, 403, 200)
_REFUSED = (403, 403, 404, 404, 403, 422)
_NOT_THERE = (403, 403, 404, 404, 403, 404)
_OWNER = (200, 404, 404, 404, 404, 404)
_OWNER_AND_STAFF = (200, 404, 404, 404, 200, 200)
_OWNER_REFUSED = (422, 404, 404, 404, 404, 404)
_REVIEW_REFUSED = (403, 404, 404, 404, 422, 422)
_REVIEW_MISSING = (403, 404, 404, 404, 404, 404)
_THREAD_REFUSED = (422, 404, 404, 404, 422, 422)

BY_TOKEN: dict[str, tuple[int, ...]] = {
    "api_account.me": _ALL,
    "api_account.listed": _ALL,
    "api_account.course": _MEMBERS,
    "api_account.assignments": _MEMBERS,
    "api_assignments.one": _MEMBERS,
    "api_assignments.starter": _MEMBERS,
    "api_assignments.submit": (422, 422, 404, 404, 422, 422),
    "api_submissions.mine": _MEMBERS,
    "api_submissions.everybodys": _STAFF,
    "api_submissions.report": _OWNER_AND_STAFF,
    "api_submissions.file": _OWNER_AND_STAFF,
    "api_submissions.receipt": _OWNER,
    "api_submissions.cancel": _OWNER_REFUSED,
    "api_submissions.choose": _OWNER_REFUSED,
    "api_submissions.rerun": (403, 404, 404, 404, 200, 200),
    "api_reviewing.of_submission": _OWNER_AND_STAFF,
    "api_reviewing.comment": _REVIEW_REFUSED,
    "api_reviewing.remove_comment": _REVIEW_MISSING,
    "api_reviewing.restore_comment": _REVIEW_MISSING,
    "api_reviewing.override": _REVIEW_REFUSED,
    "api_reviewing.undo_override": _REVIEW_MISSING,
    "api_reviewing.ask": (422, 404, 404, 404, 403, 403),
    "api_reviewing.mine": _ALL,
    "api_reviewing.of_course": _STAFF,
    "api_reviewing.thread": _OWNER_AND_STAFF,
    "api_reviewing.reply": _THREAD_REFUSED,
    "api_reviewing.withdraw": (200, 404, 404, 404, 403, 403),
    "api_reviewing.reopen": _THREAD_REFUSED,
    "api_reviewing.decide": _REVIEW_REFUSED,
    "api_gradebook.matrix": _INSTRUCTORS,
    "api_gradebook.own": _INSTRUCTORS,
    "api_gradebook.gradescope": _INSTRUCTORS,
    "api_gradebook.canvas": _REFUSED,
    "api_gradebook.moodle": _REFUSED,
    "api_gradebook.one": _INSTRUCTORS,
    "api_gradebook.publish": _INSTRUCTORS,
    "api_gradebook.hide": _INSTRUCTORS,
    "api_reruns.listed": _INSTRUCTORS,
    "api_reruns.order": _REFUSED,
    "api_reruns.one": _NOT_THERE,
    "api_reruns.preview": _NOT_THERE,
    "api_reruns.apply": _NOT_THERE,
    "api_reruns.undo": _NOT_THERE,
    "api_reruns.discard": _NOT_THERE,
    "api_roster.listed": _INSTRUCTORS,
    "api_roster.plan": _REFUSED,
    "api_roster.apply": _REFUSED,
    "api_roster.granted": _INSTRUCTORS,
    "api_roster.grant": _REFUSED,
    "api_roster.remove": _NOT_THERE,
    "api_numbers.of_course": _STAFF,
    "api_numbers.of_assignment": _STAFF,
    "api_numbers.history": _INSTRUCTORS,
    "api_drafts.listed": _INSTRUCTORS,
    "api_drafts.one": _INSTRUCTORS,
    "api_drafts.upload": _REFUSED,
    "api_drafts.publish": _REFUSED,
    "api_drafts.try_out": _REFUSED,
    "api_drafts.trial": _INSTRUCTORS,
    "api_drafts.stop": _INSTRUCTORS,
}

_NOTHING = {"text": ""}
# Of the right form and refused for what it says, so that the rows above stay true.
BODIES: dict[str, dict[str, Any]] = {
    "api_assignments.submit": {"files": [{"name": "mlp.py", "text": "x = ("}]},
    "api_reviewing.comment": _NOTHING,
    "api_reviewing.override": {"check": "linear-forward", "points": 1, "reason": ""},
    "api_reviewing.ask": _NOTHING,
    "api_reviewing.reply": _NOTHING,
    "api_reviewing.reopen": _NOTHING,
    "api_reviewing.decide": {"decision": "decline", **_NOTHING},
    "api_gradebook.canvas": {"table": ""},
    "api_gradebook.moodle": {"table": "", "assignment": "tiny-mlp"},
    "api_reruns.order": {"meant": "all", "version": "published", "reason": ""},
    "api_roster.plan": {"table": ""},
    "api_roster.apply": {"table": ""},
    "api_roster.grant": {},
    "api_drafts.upload": {"zip": "!"},
    "api_drafts.publish": {"digest": "another"},
    "api_drafts.try_out": {"runs": 0},
}
