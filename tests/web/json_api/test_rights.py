"""Every operation against every kind of person, by a token."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from grader.models import TokenScope
from grader.web.json_api.operations import ROOT
from tests.web.json_api.answers import OPERATIONS, broken_promise
from tests.web.json_api.rights import BODIES, BY_TOKEN, PEOPLE
from tests.web.seed import World
from tests.web.test_access import address

Program = Callable[..., Callable[..., TestResponse]]


def test_every_operation_says_whom_it_answers() -> None:
    assert set(OPERATIONS) == set(BY_TOKEN)


def test_every_operation_that_takes_a_body_is_tried_with_one() -> None:
    takes = {name for name, one in OPERATIONS.items() if one.takes is not None}
    assert takes == set(BODIES)


@pytest.mark.parametrize("person", PEOPLE)
def test_every_operation_answers_each_person_as_stated_and_as_documented(
    world: World, program: Program, person: str
) -> None:
    ask = program(person)
    wrong: list[object] = []
    for name, one in OPERATIONS.items():
        body = {"json": BODIES[name]} if name in BODIES else {}
        answer = ask(one.method, address(one.rule, world), **body)
        expected = BY_TOKEN[name][PEOPLE.index(person)]
        if answer.status_code != expected:
            wrong.append((name, answer.status_code, expected, answer.text[:200]))
        elif broken := broken_promise(one, answer):
            wrong.append((name, answer.status_code, broken))
        answer.close()
    assert not wrong


def test_a_token_of_a_lower_scope_changes_nothing(
    world: World, program: Program
) -> None:
    reader, sender = program("ivo", "read"), program("ivo", "submit")
    for name, one in OPERATIONS.items():
        if one.method == "GET":
            continue
        path = address(one.rule, world)
        assert reader("POST", path, json={}).status_code == 403, name
        if one.scope is TokenScope.MANAGE:
            refused = sender("POST", path, json={})
            assert refused.status_code == 403, name
            assert refused.get_json()["code"] == "token-scope", name


def test_a_submission_is_not_reached_through_another_course(program: Program) -> None:
    # Olga may do everything in her own course, and nothing with what is in this one.
    for path in ("/courses/algebra/assignments/tiny-mlp", "/courses/algebra/drafts/x"):
        assert program("olga")("GET", path).status_code == 404


def test_every_route_is_in_the_document_and_has_a_row(app: Flask) -> None:
    routes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert routes - set(OPERATIONS) == {"api_description.document"}
    rules = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
    assert {name: rules[name] for name in OPERATIONS} == {
        name: ROOT + one.rule for name, one in OPERATIONS.items()
    }
