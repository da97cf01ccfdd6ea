"""The routes of dates, extensions, groups, the roster and join codes."""

from tests.web.access.visitors import INSTRUCTORS, SIGNED_IN

_REFUSED = (302, 403, 403, 404, 404, 403, 422)
_DONE = (302, 403, 403, 404, 404, 403, 303)
_NOTHING_THERE = (302, 403, 403, 404, 404, 403, 404)

MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "dates.show"): INSTRUCTORS,
    ("POST", "dates.save"): _REFUSED,
    ("POST", "dates.undo"): _REFUSED,
    ("GET", "extensions.show"): INSTRUCTORS,
    ("POST", "extensions.grant"): _REFUSED,
    ("POST", "extensions.remove"): _NOTHING_THERE,
    ("POST", "extensions.put_back"): _NOTHING_THERE,
    ("GET", "groups.show"): INSTRUCTORS,
    ("POST", "groups.place"): _REFUSED,
    ("POST", "groups.upload"): _REFUSED,
    ("POST", "groups.take_out"): _NOTHING_THERE,
    ("GET", "roster.show"): INSTRUCTORS,
    ("GET", "roster.person"): INSTRUCTORS,
    ("POST", "roster.role"): _REFUSED,
    ("POST", "roster.details"): _REFUSED,
    ("POST", "roster.drop"): _DONE,
    # Comes after "drop", so everybody is there again.
    ("POST", "roster.restore"): _DONE,
    ("POST", "roster.renew_code"): _DONE,
    ("POST", "roster.stop_code"): _DONE,
    ("GET", "roster_imports.form"): INSTRUCTORS,
    ("POST", "roster_imports.look"): _REFUSED,
    ("POST", "roster_imports.apply"): _REFUSED,
    ("POST", "roster_imports.passwords"): INSTRUCTORS,
    ("GET", "joining.form"): SIGNED_IN,
    ("POST", "joining.join"): (302, *(422,) * 6),
}

VALUES = {"int:member": lambda world: str(world.people["ada"])}
BODIES = {
    "dates.save": {"due_at": "tomorrow"},
    "roster.details": {"extra_minutes": "many"},
}
