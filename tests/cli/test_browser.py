"""The little browser of the demo: forms, their hidden fields, uploads."""

from email import message_from_bytes

import pytest

from grader.cli.browser import Browser, Page, PageError, form_body

FORMS = """
<form action="/sign-out"><input type="hidden" name="csrf_token" value="a"></form>
<form action="/here"><input type="hidden" name="csrf_token" value="b"></form>
"""


class Recording(Browser):
    """Answers every request with the same page and keeps what was sent."""

    def __init__(self, text: str) -> None:
        super().__init__("http://127.0.0.1:1")
        self.text = text
        self.sent: list[tuple[str, bytes | None]] = []

    def _open(self, request):  # type: ignore[no-untyped-def]
        self.sent.append((request.full_url, request.data))
        return Page(request.full_url, 200, self.text)


def test_a_form_is_sent_with_its_hidden_fields_to_its_action() -> None:
    browser = Recording(FORMS)
    browser.submit("/page", {"name": "x"})
    assert browser.sent[-1] == ("http://127.0.0.1:1/here", b"csrf_token=b&name=x")


def test_a_form_can_be_chosen_by_its_action() -> None:
    browser = Recording(FORMS)
    browser.submit("/page", {}, action="/sign-out")
    assert browser.sent[-1][0].endswith("/sign-out")


def test_a_page_without_the_form_is_an_error_that_names_it() -> None:
    with pytest.raises(PageError, match="/page"):
        Recording("<p>nothing</p>").submit("/page", {}, action="/x")


def test_no_request_leaves_the_service() -> None:
    with pytest.raises(PageError, match="not an address"):
        Recording("").get("http://example.org/")


def test_files_are_sent_as_parts_with_their_names_and_bytes() -> None:
    body, kind = form_body({"key": "v"}, {"mlp.py": b"x = 1\n\xff"})
    parsed = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    field, file = parsed.get_payload()
    assert field.get_payload(decode=True) == b"v"
    assert file.get_filename() == "mlp.py"
    assert file.get_payload(decode=True) == b"x = 1\n\xff"


def test_a_service_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(PageError, match="does not answer"):
        Browser("http://127.0.0.1:1").get("/")
