"""Programs that act for the people of the seeded world."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from grader.db import Database
from grader.services import tokens
from tests.web.seed import World


@pytest.fixture
def token_of(database: Database, world: World) -> Callable[..., str]:
    def make(person: str, scope: str = "manage") -> str:
        with database.write() as session:
            made = tokens.create(
                session,
                user_id=world.people[person],
                name="Test",
                scope=scope,
                days=1,
                now=datetime.now(UTC),
            )
        return made.text

    return make


@pytest.fixture
def program(
    app: Flask, token_of: Callable[..., str]
) -> Callable[..., Callable[..., TestResponse]]:
    """Return a function that sends requests with a token of one person."""

    def for_person(
        person: str, scope: str = "manage", token: str = ""
    ) -> Callable[..., TestResponse]:
        shown = {"Authorization": f"Bearer {token or token_of(person, scope)}"}
        client = app.test_client()

        def ask(method: str, path: str, **options: Any) -> TestResponse:
            headers = {**shown, **options.pop("headers", {})}
            return client.open(
                f"/api/v1{path}", method=method, headers=headers, **options
            )

        return ask

    return for_person
