"""The tabs of a course and of an assignment; each page states its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Flask, current_app, url_for

from grader.models import CourseRole
from grader.web.access import Access, access_of, rank

_NEEDED = {Access.STUDENT: 1, Access.TA: 2, Access.INSTRUCTOR: 3}
_KEY = "tabs"


class Place(StrEnum):
    """Where a tab stands."""

    COURSE = "course"
    ASSIGNMENT = "assignment"


@dataclass(frozen=True, slots=True)
class Tab:
    """A link that all pages of a course, or of an assignment, show.

    Parameters
    ----------
    endpoint
        Of a page whose address names the course, or the course and the assignment.
    order
        Smaller ones stand further left.
    """

    place: Place
    order: int
    endpoint: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """A tab for one visitor."""

    endpoint: str
    label: str
    address: str


def install(app: Flask, tabs: Iterable[Tab]) -> None:
    """Keep the tabs, in their order, and let the templates ask for them."""
    app.extensions[_KEY] = sorted(tabs, key=lambda tab: (tab.order, tab.label))
    app.jinja_env.globals.update(
        course_tabs=course_tabs, assignment_tabs=assignment_tabs
    )


def course_tabs(course: str, role: CourseRole | str) -> list[Link]:
    """Return the tabs of a course that this role may open."""
    return _links(Place.COURSE, role, course=course)


def assignment_tabs(course: str, assignment: str, role: CourseRole | str) -> list[Link]:
    """Return the tabs of an assignment that this role may open."""
    return _links(Place.ASSIGNMENT, role, course=course, assignment=assignment)


def _links(place: Place, role: CourseRole | str, **names: Any) -> list[Link]:
    own = rank(CourseRole(role))
    return [
        Link(tab.endpoint, tab.label, url_for(tab.endpoint, **names))
        for tab in current_app.extensions[_KEY]
        if tab.place is place and own >= _needed(tab)
    ]


def _needed(tab: Tab) -> int:
    access = access_of(current_app, tab.endpoint)
    return 0 if access is None else _NEEDED.get(access, 0)
