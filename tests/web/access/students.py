"""The routes that students use beside those of the core."""

from tests.web.access.visitors import MEMBERS

MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "attempts.history"): MEMBERS,
    # Without two attempts in the address there is nothing to compare.
    ("GET", "attempts.diff"): (302, *(404,) * 6),
    # There is no submission without an id.
    ("POST", "attempts.choose"): (302, *(404,) * 6),
    # Nothing was sent.
    ("POST", "student.look"): (302, 422, 422, 404, 404, 422, 422),
    # It is graded already; only its owner is told.
    ("POST", "submission.cancel"): (302, 422, 404, 404, 404, 404, 404),
}
