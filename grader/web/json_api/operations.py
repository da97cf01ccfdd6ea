"""One table of everything that programs may ask, from which routes and papers come."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from inspect import cleandoc
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request
from flask_login import current_user

from grader.models import TokenScope
from grader.web import bearer
from grader.web.access import Access, requires
from grader.web.json_api import bodies, problems
from grader.web.json_api.shapes import Answer, Asked, Query

ROOT = "/api/v1"
View = Callable[..., Any]
_PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that programs may ask.

    Parameters
    ----------
    access
        Which role it needs; the service behind it asks again.
    scope
        What a token must be allowed.
    takes, asks
        The body and what may stand behind the question mark.
    upload
        Fields of a form with files; empty if it takes none.
    answer
        The body of the answer, or the media type of a file.
    """

    method: str
    rule: str
    endpoint: str
    access: Access
    scope: TokenScope
    text: str
    answer: type[Answer] | str
    takes: type[Asked] | None = None
    asks: type[Query] | None = None
    upload: tuple[str, ...] = ()
    status: int = 200

    @property
    def summary(self) -> str:
        """Return the first line of what it is for."""
        return self.text.partition("\n")[0].rstrip(".")

    @property
    def description(self) -> str:
        """Return what there is to say beyond the first line."""
        return self.text.partition("\n")[2].strip()

    @property
    def path(self) -> str:
        """Return the address as OpenAPI writes it, below ``ROOT``."""
        return _PLACEHOLDER.sub(r"{\2}", self.rule)

    @property
    def placeholders(self) -> list[tuple[str, str]]:
        """Return name and converter of each part of the address that varies."""
        found = _PLACEHOLDER.findall(self.rule)
        return [(name, converter) for converter, name in found]


@dataclass
class Area:
    """The operations on one kind of object; a module states its blueprint."""

    name: str
    title: str
    operations: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the blueprint that the pages' discovery finds."""
        self.blueprint = Blueprint(f"api_{self.name}", __name__, url_prefix=ROOT)
        self.blueprint.register_error_handler(bodies.UnreadableError, _unreadable)

    def get(
        self,
        rule: str,
        *,
        answer: type[Answer] | str,
        access: Access = Access.SIGNED_IN,
        asks: type[Query] | None = None,
    ) -> Callable[[View], View]:
        """Add something that only reads."""
        return self._added(
            "GET",
            rule,
            access=access,
            scope=TokenScope.READ,
            answer=answer,
            asks=asks,
        )

    def post(
        self,
        rule: str,
        *,
        answer: type[Answer] | str,
        scope: TokenScope,
        access: Access = Access.SIGNED_IN,
        takes: type[Asked] | None = None,
        upload: tuple[str, ...] = (),
        status: int = 200,
    ) -> Callable[[View], View]:
        """Add something that changes what is stored; never by a cookie."""
        return self._added(
            "POST",
            rule,
            access=access,
            scope=scope,
            answer=answer,
            takes=takes,
            upload=upload,
            status=status,
        )

    def _added(self, method: str, rule: str, **stated: Any) -> Callable[[View], View]:
        def add(view: View) -> View:
            operation = Operation(
                method=method,
                rule=rule,
                endpoint=f"{self.blueprint.name}.{view.__name__}",
                text=cleandoc(view.__doc__ or ""),
                **stated,
            )
            self.operations.append(operation)
            self.blueprint.add_url_rule(
                rule,
                view.__name__,
                requires(operation.access)(_answering(operation, view)),
                methods=[method],
            )
            return view

        return add


def person() -> int:
    """Return the id of whom the program acts for."""
    return int(current_user.id)


def next_page(page: int, pages: int) -> str | None:
    """Return the address of the next page of this list, if there is one."""
    if page >= pages:
        return None
    kept = {**request.args.to_dict(), "page": str(page + 1)}
    return f"{request.path}?{urlencode(kept)}"


def _answering(operation: Operation, view: View) -> View:
    """Wrap a view: rights first, then what was sent, then the answer's form."""

    @wraps(view)
    def run(**given: Any) -> Response:
        refusal = _refused(operation)
        if refusal is not None:
            return refusal
        if operation.takes is not None and not _is_form(operation):
            given["body"] = bodies.read(operation.takes)
        elif operation.takes is not None:
            given["body"] = None
        if operation.asks is not None:
            given["query"] = bodies.read_query(operation.asks)
        found = view(**given)
        return _rendered(found, operation)

    return run


def _is_form(operation: Operation) -> bool:
    return bool(operation.upload) and request.mimetype == "multipart/form-data"


def _refused(operation: Operation) -> Response | None:
    if operation.method != "GET" and g.get("caller") is None:
        return problems.answer(
            401,
            sentence="Changes need a personal token, sent as Authorization: Bearer.",
            code="token-needed",
        )
    if not bearer.allows(operation.scope):
        return problems.answer(
            403,
            sentence=f"This needs a token that may {operation.scope.value}.",
            code="token-scope",
        )
    return None


def _rendered(found: Any, operation: Operation) -> Response:
    if isinstance(found, Response):
        return found
    response = Response(
        found.model_dump_json(exclude_unset=True),
        operation.status,
        content_type="application/json",
    )
    if operation.method == "GET":
        response.add_etag()
        response.make_conditional(request)
    return response


def _unreadable(error: bodies.UnreadableError) -> Response:
    return problems.answer(
        error.status, sentence=error.sentence, code=error.code, problems=error.problems
    )
