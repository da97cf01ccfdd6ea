"""Where a visitor comes from, behind proxies and without."""

from dataclasses import replace

import pytest
from flask import request

from grader.db import Database
from grader.web import create_app
from tests.web.seed import World

# A client may write what it likes at the front; each proxy adds at the end.
FORWARDED = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
    "X-Forwarded-Proto": "https",
}


@pytest.mark.parametrize(
    ("proxies", "address", "scheme"),
    [(0, "127.0.0.1", "http"), (1, "198.51.100.7", "https")],
)
def test_only_what_a_trusted_proxy_added_is_believed(
    world: World, database: Database, proxies: int, address: str, scheme: str
) -> None:
    settings = replace(world.settings, trusted_proxies=proxies)
    app = create_app(settings, database)
    seen = []
    app.before_request(lambda: seen.append((request.remote_addr, request.scheme)))

    app.test_client().get("/healthz", headers=FORWARDED)

    assert seen == [(address, scheme)]
