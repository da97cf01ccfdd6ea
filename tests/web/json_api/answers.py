"""Whether an answer is what the OpenAPI document promises."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from grader.web.json_api import openapi
from grader.web.json_api.operations import ROOT, Operation

DOCUMENT = openapi.document()
OPERATIONS = {one.endpoint: one for area in openapi.areas() for one in area.operations}


@cache
def _validator(reference: str) -> Draft202012Validator:
    schema: dict[str, Any] = {"$ref": reference, "components": DOCUMENT["components"]}
    return Draft202012Validator(schema)


def broken_promise(one: Operation, answer: TestResponse) -> str:
    """Say how an answer differs from the document; empty if it does not."""
    stated = DOCUMENT["paths"][ROOT + one.path][one.method.lower()]["responses"]
    if str(answer.status_code) not in stated:
        return f"status {answer.status_code} is not stated"
    content = stated[str(answer.status_code)]["content"]
    if answer.mimetype not in content:
        return f"{answer.mimetype} is not stated"
    schema = content[answer.mimetype]["schema"]
    if "$ref" not in schema:
        return ""
    errors = _validator(schema["$ref"]).iter_errors(answer.get_json())
    return "; ".join(error.message for error in errors)[:300]
