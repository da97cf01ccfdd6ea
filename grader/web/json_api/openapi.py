"""The OpenAPI document, made from the same table as the routes."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import grader
import grader.web.json_api as package
from grader.web.json_api.operations import ROOT, Area, Operation
from grader.web.json_api.shapes import Answer, Problem

_REF = "#/components/schemas/{model}"
_PROBLEMS = {
    "401": "There is no valid token.",
    "403": "The role or the token does not include this.",
    "404": "There is no such object, or it is not for you.",
    "422": "Refused; the sentence says why, and nothing was changed.",
}
_FORMS: dict[str, Any] = {
    "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
    "table": {"type": "string", "format": "binary"},
    "assignment": {"type": "string"},
}


def areas() -> Iterator[Area]:
    """Yield the areas of all modules beside this one, by module name."""
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        area = getattr(importlib.import_module(found.name), "area", None)
        if isinstance(area, Area):
            yield area


def document() -> dict[str, Any]:
    """Return the document as JSON values."""
    known = list(areas())
    schemas = _schemas(one for area in known for one in area.operations)
    paths: dict[str, Any] = {}
    for area in known:
        for one in area.operations:
            at = paths.setdefault(ROOT + one.path, {})
            at[one.method.lower()] = _operation(area, one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Backprop grader",
            "version": grader.__version__,
            "description": "Everything that the pages do, for programs. Times are in "
            "UTC. Errors are application/problem+json with one sentence.",
        },
        "security": [{"token": []}],
        "tags": [{"name": area.name, "description": area.title} for area in known],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(operations: Iterator[Operation]) -> dict[str, Any]:
    wanted: dict[type[BaseModel], Any] = {Problem: "serialization"}
    for one in operations:
        if one.takes is not None:
            wanted[one.takes] = "validation"
        if not isinstance(one.answer, str):
            wanted[one.answer] = "serialization"
    _, made = models_json_schema(list(wanted.items()), ref_template=_REF)
    return dict(made["$defs"])


def _operation(area: Area, one: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": one.endpoint.removeprefix("api_").replace(".", "-"),
        "tags": [area.name],
        "summary": one.summary,
        "parameters": [*_placeholders(one), *_query(one)],
        "responses": _responses(one),
        "x-role": one.access.value,
        "x-scope": one.scope.value,
    }
    if one.description:
        made["description"] = one.description
    if one.takes is not None:
        made["requestBody"] = {"required": True, "content": _body(one)}
    return made


def _placeholders(one: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if converter == "int" else "string"},
        }
        for name, converter in one.placeholders
    ]


def _query(one: Operation) -> list[dict[str, Any]]:
    if one.asks is None:
        return []
    properties = one.asks.model_json_schema()["properties"]
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in properties.items()
    ]


def _body(one: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": _ref(one.takes)}}
    if one.upload:
        fields = {name: _FORMS[name] for name in one.upload}
        form = {"type": "object", "properties": fields}
        content["multipart/form-data"] = {"schema": form}
    return content


def _responses(one: Operation) -> dict[str, Any]:
    if isinstance(one.answer, str):
        content = {one.answer: {"schema": {"type": "string", "format": "binary"}}}
    else:
        content = {"application/json": {"schema": _ref(one.answer)}}
    problem = {"application/problem+json": {"schema": _ref(Problem)}}
    return {
        str(one.status): {"description": _meaning(one.answer), "content": content},
        **{
            status: {"description": words, "content": problem}
            for status, words in _PROBLEMS.items()
        },
    }


def _meaning(answer: type[Answer] | str) -> str:
    if isinstance(answer, str):
        return "The file."
    return (answer.__doc__ or "").partition("\n")[0]


def _ref(model: type[BaseModel] | None) -> dict[str, str]:
    return {} if model is None else {"$ref": _REF.format(model=model.__name__)}
