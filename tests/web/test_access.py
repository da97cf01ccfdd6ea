"""Who may open what: every route against every kind of visitor."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grader.web.access import Access, access_of
from tests.web import seed
from tests.web.access import BODIES, MATRIX, VALUES, VISITORS, in_world
from tests.web.conftest import ASSIGNMENT, token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]


def routes(app: Flask) -> dict[tuple[str, str], str]:
    return {
        (method, rule.endpoint): rule.rule
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def address(rule: str, world: World) -> str:
    values = {
        "course": seed.COURSE,
        "assignment": seed.SLUG,
        # Grading one again changes what the others answer, so it has its own.
        "submission": world.ids["partial" if rule.endswith("/rerun") else "perfect"],
        **{name: in_world(value, world) for name, value in VALUES.items()},
    }
    return re.sub(r"<([^>]+)>", lambda found: values[found.group(1)], rule)


def test_every_route_names_a_role(app: Flask) -> None:
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if access_of(app, rule.endpoint) is None
    ]
    assert not silent


def test_every_route_is_in_the_matrix(app: Flask) -> None:
    assert set(routes(app)) == set(MATRIX)


def test_route_without_a_role_is_refused(app: Flask, visit: Visit) -> None:
    view = app.view_functions["student.home"]
    app.view_functions["student.home"] = lambda: "open to all"
    try:
        assert visit("ivo").get("/").status_code == 403
    finally:
        app.view_functions["student.home"] = view
    assert access_of(app, "student.home") is Access.SIGNED_IN


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_route_answers_each_visitor_as_the_matrix_says(
    app: Flask, world: World, visit: Visit, visitor: str
) -> None:
    # Signing out ends the sessions of that person: it goes last.
    known = sorted(routes(app).items(), key=lambda item: "logout" in item[0][1])
    wrong = []
    for (method, endpoint), rule in known:
        client = visit(visitor)
        if method == "GET":
            answer = client.get(address(rule, world))
        else:
            signed_in = visitor != "anonymous"
            page = "/account/password" if signed_in else "/sign-in"
            body = in_world(BODIES.get(endpoint, {}), world)
            data = {"csrf_token": token_of(client, page), **body}
            answer = client.post(address(rule, world), data=data)
        answer.close()
        expected = MATRIX[method, endpoint][VISITORS.index(visitor)]
        if answer.status_code != expected:
            wrong.append((method, endpoint, answer.status_code, expected))
    assert not wrong


def test_every_post_without_a_token_is_refused(
    app: Flask, world: World, visit: Visit
) -> None:
    client = visit("ivo")
    for (method, _), rule in routes(app).items():
        if method == "POST":
            answer = client.post(address(rule, world))
            assert answer.status_code == 400, rule
            assert "This form has expired" in answer.text


def test_every_post_with_the_token_of_another_session_is_refused(
    app: Flask, world: World, visit: Visit
) -> None:
    foreign = token_of(visit("ben"))
    client = visit("ivo")
    client.get("/account/password")
    for (method, _), rule in routes(app).items():
        if method == "POST":
            answer = client.post(address(rule, world), data={"csrf_token": foreign})
            assert answer.status_code == 400, rule


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_every_post_from_another_origin_is_refused(
    app: Flask, world: World, visit: Visit, headers: dict[str, str]
) -> None:
    client = visit("ivo")
    token = token_of(client)
    for (method, _), rule in routes(app).items():
        if method == "POST":
            answer = client.post(
                address(rule, world), data={"csrf_token": token}, headers=headers
            )
            assert answer.status_code == 403, rule
            assert "came from another site" in answer.text


def test_member_of_another_course_reads_what_a_course_that_is_not_there_says(
    visit: Visit,
) -> None:
    client = visit("olga")
    there = client.get(ASSIGNMENT)
    nowhere = client.get(f"/courses/nowhere/assignments/{seed.SLUG}")
    assert there.status_code == nowhere.status_code == 404
    assert there.text == nowhere.text


@pytest.mark.parametrize("id_", ["no-uuid", "0" * 36, "%00", "1"])
def test_nonsense_in_place_of_an_id_is_not_found(visit: Visit, id_: str) -> None:
    assert visit("ivo").get(f"/submissions/{id_}").status_code == 404
