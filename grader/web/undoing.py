"""What the last change on a review page was, and the form that takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for


@dataclass(frozen=True, slots=True)
class Undo:
    """One way back.

    Parameters
    ----------
    words
        What was done.
    address
        Where the form goes.
    fields
        What it sends.
    """

    words: str
    address: str
    fields: Mapping[str, str]


# What was done -> its words, the endpoint that undoes it, and the part of its address
# that names the object.
_WAYS = {
    "comment_added": ("Comment added.", "review.remove_comment", "comment"),
    "comment_removed": ("Comment taken back.", "review.restore_comment", "comment"),
    "overridden": ("Points set.", "review.undo_points", "override"),
}
_MARKS = {"marked": ("Item given.", "0"), "unmarked": ("Item taken back.", "1")}


def offered(arguments: Mapping[str, str], submission: str) -> Undo | None:
    """Read from an address what was done last; ``None`` if it says nothing known."""
    did, on = arguments.get("did", ""), arguments.get("on", "")
    if not (on.isascii() and on.isdecimal() and len(on) < 10):
        return None
    if did in _MARKS:
        words, back = _MARKS[did]
        address = url_for("review.mark", submission=submission)
        return Undo(words, address, {"item": on, "on": back})
    if did in _WAYS:
        words, endpoint, name = _WAYS[did]
        parts: dict[str, Any] = {"submission": submission, name: int(on)}
        address = url_for(endpoint, **parts)
        return Undo(words, address, {})
    return None
