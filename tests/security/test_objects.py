"""Row 1 and 3: an id opens nothing by itself, and looking changes nothing."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from grader.db import Database
from grader.models import Enrolment
from tests.security.addresses import filled, placeholders, routes, state, swapped
from tests.security.furnished import CHECK, Furnished
from tests.web.conftest import token_of

Visit = Callable[[str], FlaskClient]
# Enough of every field that a post is refused for its address and not for its content.
FIELDS = {
    "text": "words",
    "points": "1",
    "reason": "words",
    "check": CHECK,
    "role": "student",
    "decision": "decline",
    "item": "1",
    "on": "1",
    "deed": "comment",
    "runs": "1",
    "really": "yes",
}
STRANGERS = ("anonymous", "ben", "bea", "olga", "otto", "nils")
REFUSALS = {401, 403, 404}


def sends(client: FlaskClient, token: str, method: str, address: str) -> int | str:
    if method == "GET":
        answer = client.get(address)
    else:
        answer = client.open(
            address, method=method, data={"csrf_token": token, **FIELDS}
        )
    answer.close()
    if answer.status_code == 302:
        return answer.headers["Location"].partition("?")[0]
    return answer.status_code


def is_refused(answer: int | str) -> bool:
    return answer in REFUSALS or answer == "/sign-in"


def tokens(visit: Visit, people: tuple[str, ...]) -> dict[str, tuple[FlaskClient, str]]:
    found = {}
    for person in people:
        client = visit(person)
        page = "/sign-in" if person == "anonymous" else "/account/password"
        found[person] = (client, token_of(client, page))
    return found


def test_every_object_that_an_address_can_name_is_tried(
    app: Flask, objects: Furnished
) -> None:
    named = {name for _, _, rule in routes(app) for name in placeholders(rule)}
    assert named <= {*objects.ours, "path:filename"}
    assert len(named) > 15


def test_objects_of_somebody_else_are_refused_and_stay_as_they_are(
    app: Flask, objects: Furnished, visit: Visit, database: Database
) -> None:
    clients = tokens(visit, STRANGERS)
    before = state(database)
    wrong, count = [], 0
    for method, endpoint, rule in routes(app):
        if not placeholders(rule) - {"course", "assignment", "path:filename"}:
            continue
        address = filled(rule, objects.ours)
        for person, (client, token) in clients.items():
            answer = sends(client, token, method, address)
            count += 1
            if not is_refused(answer):
                wrong.append((person, method, endpoint, answer))
    assert not wrong
    assert count > 300
    assert state(database) == before


def test_an_object_of_another_course_is_not_found_under_ones_own(
    app: Flask, objects: Furnished, visit: Visit, database: Database
) -> None:
    clients = tokens(visit, ("ada", "tess", "ivo"))
    before = state(database)
    wrong, count = [], 0
    for method, endpoint, rule in routes(app):
        for address in swapped(rule, objects.ours, objects.theirs):
            for person, (client, token) in clients.items():
                answer = sends(client, token, method, address)
                count += 1
                if not is_refused(answer):
                    wrong.append((person, method, endpoint, answer))
    assert not wrong
    assert count > 150
    assert state(database) == before


def test_what_was_refused_to_others_is_there_and_looking_at_it_changes_nothing(
    app: Flask, objects: Furnished, visit: Visit, database: Database
) -> None:
    clients = tokens(visit, ("ada", "ivo"))
    before = state(database)
    seen: dict[str, set[int | str]] = {}
    for method, endpoint, rule in routes(app):
        if method == "GET" and "path:filename" not in rule:
            address = filled(rule, objects.ours)
            seen[endpoint] = {
                sends(client, token, method, address)
                for client, token in clients.values()
            }
    needs_arguments = {"attempts.diff", "second_step.ask"}
    assert [
        endpoint
        for endpoint, answers in seen.items()
        if all(map(is_refused, answers)) and endpoint not in needs_arguments
    ] == []
    assert len(seen) > 50
    assert state(database) == before


@pytest.mark.parametrize("person", ["tess", "ivo"])
def test_a_right_that_was_taken_away_ends_with_the_next_request(
    objects: Furnished, visit: Visit, database: Database, person: str
) -> None:
    client = visit(person)
    address = f"/submissions/{objects.ours['submission']}"
    before = client.get(address).status_code
    with database.write() as session:
        session.execute(
            delete(Enrolment).where(Enrolment.user_id == objects.world.people[person])
        )
    assert (before, client.get(address).status_code) == (200, 404)
