"""The pages about a whole class: overview, gradebook, reruns, analytics, history."""

from tests.web.access.visitors import INSTRUCTORS, STAFF

# There is no such batch, or what is posted is refused for its content.
_NO_BATCH = (302, 403, 403, 404, 404, 403, 404)
_REFUSED = (302, 403, 403, 404, 404, 403, 422)
_DONE = (302, 403, 403, 404, 404, 403, 303)

MATRIX = {
    ("GET", "overview.course"): STAFF,
    ("GET", "analytics.assignment"): STAFF,
    ("GET", "gradebook.matrix"): INSTRUCTORS,
    ("GET", "gradebook.one"): INSTRUCTORS,
    ("GET", "gradebook.one_csv"): INSTRUCTORS,
    ("POST", "gradebook.publish"): _DONE,
    ("POST", "gradebook.hide"): _DONE,
    ("GET", "exports.choose"): INSTRUCTORS,
    ("GET", "exports.own"): INSTRUCTORS,
    ("GET", "exports.gradescope"): INSTRUCTORS,
    ("POST", "exports.canvas"): _REFUSED,
    ("POST", "exports.moodle"): _REFUSED,
    ("GET", "audit_pages.listed"): INSTRUCTORS,
    ("GET", "audit_pages.listed_csv"): INSTRUCTORS,
    ("GET", "reruns.listed"): INSTRUCTORS,
    ("GET", "reruns.new"): INSTRUCTORS,
    ("POST", "reruns.order"): _REFUSED,
    ("GET", "reruns.one"): _NO_BATCH,
    ("GET", "reruns.progress"): _NO_BATCH,
    ("POST", "reruns.apply"): _NO_BATCH,
    ("POST", "reruns.undo"): _NO_BATCH,
    ("POST", "reruns.discard"): _NO_BATCH,
}
VALUES = {"batch": "7d1f3a52-8c44-4f0e-9b56-0d2e6c1a9f73"}
