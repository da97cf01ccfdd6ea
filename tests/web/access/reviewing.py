"""The routes of inbox, review, rubric, mistakes, comment bank and regrade requests."""

from functools import lru_cache

from grader.db import Database
from grader.services import regrades
from tests.web.access.visitors import OWNER_AND_STAFF, STAFF
from tests.web.seed import World

# Of somebody's own submission students know that it is there, hence 403 and not 404.
REVIEWERS = (302, 403, 404, 404, 404, 200, 200)
# What is posted is refused for what it says, or names an object that is not there.
REFUSED = (302, 403, 404, 404, 404, 422, 422)
CHANGED = (302, 403, 404, 404, 404, 303, 303)
MISSING = (302, 403, 404, 404, 404, 404, 404)
STAFF_REFUSED = (302, 403, 403, 404, 404, 422, 422)
STAFF_MISSING = (302, 403, 403, 404, 404, 404, 404)

MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "inbox.page"): STAFF,
    ("GET", "comment_bank.page"): STAFF,
    ("POST", "comment_bank.add"): STAFF_REFUSED,
    ("POST", "comment_bank.edit"): STAFF_MISSING,
    ("POST", "comment_bank.remove"): STAFF_MISSING,
    ("POST", "comment_bank.restore"): STAFF_MISSING,
    # Leads to a submission.
    ("GET", "review.begin"): (302, 403, 403, 404, 404, 302, 302),
    ("GET", "review.page"): REVIEWERS,
    ("POST", "review.add_comment"): REFUSED,
    ("POST", "review.edit_comment"): MISSING,
    ("POST", "review.remove_comment"): MISSING,
    ("POST", "review.restore_comment"): MISSING,
    ("POST", "review.mark"): MISSING,
    ("POST", "review.set_points"): REFUSED,
    ("POST", "review.undo_points"): MISSING,
    ("POST", "review.keep_points"): MISSING,
    ("POST", "review.assign"): CHANGED,
    ("POST", "review.finish"): CHANGED,
    ("GET", "rubric.page"): STAFF,
    ("POST", "rubric.add"): STAFF_REFUSED,
    ("POST", "rubric.edit"): STAFF_MISSING,
    ("POST", "rubric.remove"): STAFF_MISSING,
    ("POST", "rubric.restore"): STAFF_MISSING,
    ("GET", "mistakes.page"): STAFF,
    ("GET", "mistakes.group"): STAFF_MISSING,
    ("POST", "mistakes.apply"): STAFF_MISSING,
    ("POST", "mistakes.undo"): STAFF_MISSING,
    # Only the owner asks; the staff know the submission and decide in the review.
    ("GET", "regrades.ask"): (302, 200, 404, 404, 404, 403, 403),
    ("POST", "regrades.send"): (302, 422, 404, 404, 404, 403, 403),
    ("GET", "regrades.thread"): OWNER_AND_STAFF,
    ("POST", "regrades.reply"): (302, 422, 404, 404, 404, 422, 422),
    ("POST", "regrades.withdraw"): (302, 303, 404, 404, 404, 403, 403),
    ("POST", "regrades.decide"): (302, 403, 404, 404, 404, 422, 422),
    ("POST", "regrades.reopen"): (302, 422, 404, 404, 404, 422, 422),
    ("POST", "regrades.assign"): (302, 403, 404, 404, 404, 303, 303),
}


@lru_cache(maxsize=8)
def _request_in(url: str, submission: str, student: int) -> str:
    database = Database(url, pooled=False)
    try:
        with database.write() as session:
            return str(
                regrades.open_request(
                    session, submission, student, text="Why is it $0$?"
                )
            )
    finally:
        database.dispose()


def request_of_ada(world: World) -> str:
    return _request_in(
        world.settings.database_url, world.ids["perfect"], world.people["ada"]
    )


VALUES = {
    "int:comment": "0",
    "int:override": "0",
    "int:sentence": "0",
    "int:item": "0",
    "mistake": "0" * 16,
    "regrade": request_of_ada,
}
BODIES = {
    "mistakes.apply": {"deed": "comment", "text": "x"},
    "mistakes.undo": {"batch": "0" * 32},
}
