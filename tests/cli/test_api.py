"""``grader api`` and the page that is made from it."""

import json
import re
from pathlib import Path

from click.testing import CliRunner
from jsonschema import Draft202012Validator

from grader.cli.api import api
from grader.cli.api_page import page
from grader.web.json_api import openapi

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_in_the_repository_is_made_from_this_code() -> None:
    hint = "run: grader api --markdown > docs/api.md"
    assert (DOCS / "api.md").read_text("utf-8") == page(), hint


def test_the_document_names_every_operation_once() -> None:
    printed = json.loads(CliRunner().invoke(api).stdout)
    operations = [
        one["operationId"]
        for path in printed["paths"].values()
        for one in path.values()
    ]
    stated = [one for area in openapi.areas() for one in area.operations]
    assert len(operations) == len(set(operations)) == len(stated)
    assert printed["openapi"] == "3.1.0"


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = openapi.document()
    wanted = set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(document)))
    known = document["components"]["schemas"]
    assert wanted == set(known)
    for schema in known.values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_says_in_words_what_it_does() -> None:
    silent = [
        one.endpoint
        for area in openapi.areas()
        for one in area.operations
        if len(one.summary.split()) < 2 or f"`{one.method} {one.path}`" not in page()
    ]
    assert silent == []
