"""The routes for programs, opened by a browser's cookie; it may only read.

``BY_TOKEN`` of ``tests/web/json_api/rights.py`` says what a token opens.
"""

# As in the pages, but programs are told to show a token instead of being led away.
_SIGNED_IN = (401, 200, 200, 200, 200, 200, 200)
_MEMBERS = (401, 200, 200, 404, 404, 200, 200)
_STAFF = (401, 403, 403, 404, 404, 200, 200)
_INSTRUCTORS = (401, 403, 403, 404, 404, 403, 200)
_NOT_THERE = (401, 403, 403, 404, 404, 403, 404)
_OWNER = (401, 200, 404, 404, 404, 404, 404)
_OWNER_AND_STAFF = (401, 200, 404, 404, 404, 200, 200)
# The role is asked first; whoever has it is told that changes need a token.
_MEMBERS_TOKEN = (401, 401, 401, 404, 404, 401, 401)
_INSTRUCTORS_TOKEN = (401, 403, 403, 404, 404, 403, 401)
_TOKEN = (401,) * 7

_SUBMISSION = ("report", "file")
_CHANGES_SUBMISSION = ("cancel", "choose", "rerun")
_REVIEWS = (
    "comment",
    "remove_comment",
    "restore_comment",
    "override",
    "undo_override",
    "ask",
    "reply",
    "withdraw",
    "reopen",
    "decide",
)
_INSTRUCT = (
    "gradebook.canvas",
    "gradebook.moodle",
    "gradebook.publish",
    "gradebook.hide",
    "reruns.order",
    "reruns.apply",
    "reruns.undo",
    "reruns.discard",
    "roster.plan",
    "roster.apply",
    "roster.grant",
    "roster.remove",
    "drafts.upload",
    "drafts.publish",
    "drafts.try_out",
    "drafts.stop",
)
_INSTRUCTORS_READ = (
    "gradebook.matrix",
    "gradebook.own",
    "gradebook.gradescope",
    "gradebook.one",
    "reruns.listed",
    "roster.listed",
    "roster.granted",
    "numbers.history",
    "drafts.listed",
)

MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "api_description.document"): (200,) * 7,
    ("GET", "api_account.me"): _SIGNED_IN,
    ("GET", "api_account.listed"): _SIGNED_IN,
    ("GET", "api_account.course"): _MEMBERS,
    ("GET", "api_account.assignments"): _MEMBERS,
    ("GET", "api_assignments.one"): _MEMBERS,
    ("GET", "api_assignments.starter"): _MEMBERS,
    ("POST", "api_assignments.submit"): _MEMBERS_TOKEN,
    ("GET", "api_submissions.mine"): _MEMBERS,
    ("GET", "api_submissions.everybodys"): _STAFF,
    ("GET", "api_submissions.receipt"): _OWNER,
    ("GET", "api_reviewing.of_submission"): _OWNER_AND_STAFF,
    ("GET", "api_reviewing.mine"): _SIGNED_IN,
    ("GET", "api_reviewing.of_course"): _STAFF,
    ("GET", "api_reviewing.thread"): _OWNER_AND_STAFF,
    ("GET", "api_reruns.one"): _NOT_THERE,
    ("GET", "api_reruns.preview"): _NOT_THERE,
    ("GET", "api_numbers.of_course"): _STAFF,
    ("GET", "api_numbers.of_assignment"): _STAFF,
    ("GET", "api_drafts.one"): _INSTRUCTORS,
    ("GET", "api_drafts.trial"): _INSTRUCTORS,
    **{("GET", f"api_submissions.{name}"): _OWNER_AND_STAFF for name in _SUBMISSION},
    **{("POST", f"api_submissions.{name}"): _TOKEN for name in _CHANGES_SUBMISSION},
    **{("POST", f"api_reviewing.{name}"): _TOKEN for name in _REVIEWS},
    **{("POST", f"api_{name}"): _INSTRUCTORS_TOKEN for name in _INSTRUCT},
    **{("GET", f"api_{name}"): _INSTRUCTORS for name in _INSTRUCTORS_READ},
}
