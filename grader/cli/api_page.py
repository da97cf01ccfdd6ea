"""The page about the JSON API, made from the same table as its routes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from grader.web.json_api import openapi
from grader.web.json_api.operations import Area, Operation

_HEAD = Path(__file__).with_name("api_head.md")


def page() -> str:
    """Return the whole page as Markdown."""
    return _HEAD.read_text("utf-8") + "\n".join(
        line for area in openapi.areas() for line in _area(area)
    )


def _area(area: Area) -> Iterator[str]:
    yield f"## {area.title}\n"
    for one in area.operations:
        yield from _operation(one)


def _operation(one: Operation) -> Iterator[str]:
    yield f"### `{one.method} {one.path}`\n"
    needs = f"{one.summary}. *For {_who(one)}; token: {one.scope.value}.*"
    yield f"{needs}\n"
    if one.description:
        yield " ".join(one.description.replace("``", "`").split()) + "\n"
    if one.asks is not None:
        yield f"After `?`: {_fields(one.asks)}\n"
    if one.takes is not None:
        yield f"Body: {_fields(one.takes)}\n"
    if one.upload:
        yield f"Or `multipart/form-data` with {_listed(one.upload)}.\n"
    if isinstance(one.answer, str):
        yield f"Answer {one.status}: a file, `{one.answer}`.\n"
    else:
        yield f"Answer {one.status}: {_fields(one.answer)}\n"


def _who(one: Operation) -> str:
    words = {
        "signed in": "everybody whom the object concerns",
        "student": "members of the course",
        "ta": "the staff",
        "instructor": "instructors",
    }
    return words[one.access.value]


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _fields(model: type[BaseModel]) -> str:
    named = [_field(name, one) for name, one in model.model_fields.items()]
    return ", ".join(named) + "."


def _field(name: str, one: FieldInfo) -> str:
    inner = _inner(one.annotation)
    within = "" if inner is None else f" ({', '.join(inner.model_fields)})"
    return f"`{name}`{within}"


def _inner(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a field holds, alone or in a list."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel) else None
    for part in get_args(annotation):
        found = _inner(part)
        if found is not None:
            return found
    return None
