"""The routes of every page that has no area of its own."""

from tests.web.access.visitors import (
    EVERYBODY,
    INSTRUCTORS,
    MEMBERS,
    OWNER_AND_STAFF,
    SIGNED_IN,
    STAFF,
)

MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "static"): EVERYBODY,
    ("GET", "health.alive"): EVERYBODY,
    ("GET", "health.ready"): EVERYBODY,
    # On this machine, and without a token in the settings.
    ("GET", "metrics.metrics"): EVERYBODY,
    # Who is signed in already is led home.
    ("GET", "security.login"): (200, 302, 302, 302, 302, 302, 302),
    ("GET", "security.change_password"): SIGNED_IN,
    ("GET", "student.home"): SIGNED_IN,
    ("GET", "student.course"): MEMBERS,
    ("GET", "student.assignment"): MEMBERS,
    ("GET", "student.starter"): MEMBERS,
    ("GET", "ta.submissions"): STAFF,
    ("GET", "instructor.settings"): INSTRUCTORS,
    ("GET", "health.service"): INSTRUCTORS,
    ("GET", "submission.report"): OWNER_AND_STAFF,
    ("GET", "submission.live"): (302, 286, 404, 404, 404, 286, 286),
    ("GET", "submission.code"): OWNER_AND_STAFF,
    ("GET", "submission.download"): OWNER_AND_STAFF,
    ("GET", "submission.upload"): OWNER_AND_STAFF,
    # Only its owner has a receipt.
    ("GET", "submission.receipt"): (302, 200, 404, 404, 404, 404, 404),
    ("GET", "receipts.look"): SIGNED_IN,
    # Posts that are refused for their content say 422 or show the form again.
    ("POST", "security.login"): (200, 302, 302, 302, 302, 302, 302),
    ("POST", "security.change_password"): SIGNED_IN,
    ("POST", "security.logout"): (302,) * 7,
    ("POST", "student.submit"): (302, 422, 422, 404, 404, 422, 422),
    ("POST", "receipts.verify"): (302, *(422,) * 6),
    # There is no such alarm.
    ("POST", "health.resolve"): (302, 403, 403, 404, 404, 403, 404),
    ("POST", "submission.rerun"): (302, 403, 404, 404, 404, 303, 303),
}

VALUES = {
    "int:alarm": "0",
    "path:name": "mlp.py",
    "path:filename": "css/app.css",
}
