"""Where signing in leads: never to another site."""

import pytest
from flask import Flask

from grader.web.returning import own_page


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/account/tokens", "/account/tokens"),
        ("/courses/a/b?page=2", "/courses/a/b?page=2"),
        ("http://localhost/account", "/account"),
        ("https://evil.example/account", "/"),
        ("http://localhost.evil.example/", "/"),
        ("//evil.example", "/"),
        ("http://localhost//evil.example", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\tevil", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("http://localhost/sign-in?next=/x", "/"),
        ("account", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_only_pages_of_ours_are_gone_to(
    app: Flask, target: str | None, leads_to: str
) -> None:
    with app.test_request_context(base_url="http://localhost"):
        assert own_page(target) == leads_to
