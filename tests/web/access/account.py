"""Routes of one's own account and of the second step of signing in."""

from tests.web.access.visitors import SIGNED_IN

# What belongs to somebody is named by a number that nobody here has: that other
# people's numbers answer the same is shown beside these pages.
_NOT_THERE = (302, *(404,) * 6)
_REFUSED = (302, *(422,) * 6)
_DONE = (302, *(303,) * 6)

MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "account.overview"): SIGNED_IN,
    ("GET", "browsers.show"): SIGNED_IN,
    ("POST", "browsers.end"): _NOT_THERE,
    ("POST", "browsers.end_others"): _DONE,
    ("GET", "own_records.show"): SIGNED_IN,
    ("POST", "own_records.export"): SIGNED_IN,
    ("POST", "own_records.erase"): _REFUSED,
    # Without a right password just before, both lead back to the first step.
    ("GET", "second_step.ask"): (303,) * 7,
    ("POST", "second_step.check"): (303,) * 7,
    ("GET", "tokens.show"): SIGNED_IN,
    ("POST", "tokens.create"): _REFUSED,
    ("POST", "tokens.revoke"): _NOT_THERE,
    ("GET", "two_factor.show"): SIGNED_IN,
    ("POST", "two_factor.switch_on"): _REFUSED,
    ("POST", "two_factor.replace_codes"): _REFUSED,
    ("POST", "two_factor.switch_off"): _REFUSED,
}
VALUES = {"int:session_id": "0", "int:token_id": "0"}
