"""Who may open a page: every route names a role, and one place enforces it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from grader.errors import NotFoundError
from grader.models import CourseRole
from grader.services import accounts, courses
from grader.web.backend import backend

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "required_access"


class Access(StrEnum):
    """What a visitor must be before a view runs.

    ``STUDENT``, ``TA`` and ``INSTRUCTOR`` speak of the course that the address names
    as ``<course>``; each includes those after it. ``SIGNED_IN`` views act on objects
    whose own service decides who may see them.
    """

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    STUDENT = "student"
    TA = "ta"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


_RANK = {CourseRole.STUDENT: 1, CourseRole.TA: 2, CourseRole.INSTRUCTOR: 3}
_NEEDED_RANK = {Access.STUDENT: 1, Access.TA: 2, Access.INSTRUCTOR: 3}


def requires(access: Access) -> Callable[[View], View]:
    """Name the role that a view needs; ``enforce`` checks it before the view runs."""

    def mark(view: View) -> View:
        setattr(view, _MARK, access)
        return view

    return mark


def declare(app: Flask, roles: dict[str, Access]) -> None:
    """Name the roles of views that extensions brought along, by endpoint."""
    for endpoint, access in roles.items():
        view = app.view_functions[endpoint]

        def named(*args: Any, _view: Callable[..., Any] = view, **kwargs: Any) -> Any:
            return _view(*args, **kwargs)

        app.view_functions[endpoint] = requires(access)(named)


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Return the role that a route names, or ``None`` if it names none."""
    return getattr(app.view_functions[endpoint], _MARK, None)


def rank(role: CourseRole | None) -> int:
    """Order the roles of a course; 0 for someone who is not in it."""
    return 0 if role is None else _RANK[role]


def enforce() -> BaseResponse | None:
    """Let a request through, or send it to the sign-in page, or refuse it.

    Runs before every view. A route without a role is refused, so forgetting one can
    only close a page, never open it.
    """
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access is None:
        abort(403)
    if access is Access.PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if access is Access.ADMIN and not current_user.is_admin:
        raise NotFoundError("only an administrator may see this")
    if access in _NEEDED_RANK:
        _enter_course(access)
    return None


def _enter_course(access: Access) -> None:
    """Find the course of the address and the visitor's role in it."""
    slug = (request.view_args or {}).get("course", "")
    with backend().database.read() as session:
        course = courses.by_slug(session, slug)
        role = accounts.role_in(session, current_user.id, course.id)
    if role is None:
        # The same answer as for a course that does not exist.
        raise NotFoundError(f"course {slug} does not exist for this visitor")
    if rank(role) < _NEEDED_RANK[access]:
        abort(403)
    g.course = course
    g.role = role


def _ask_to_sign_in() -> BaseResponse:
    if request.headers.get("HX-Request"):
        # A fragment cannot show a form: let the page reload itself instead.
        return Response(status=401, headers={"HX-Refresh": "true"})
    if request.path.startswith("/api/"):
        abort(401)
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=target))
