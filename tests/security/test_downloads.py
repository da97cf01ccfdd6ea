"""Row 11: a name leads to nothing but its file, and no header breaks on it."""

from collections.abc import Callable
from email.message import Message
from itertools import product

from flask import Flask
from flask.testing import FlaskClient

from grader.intake.names import clean_name
from grader.web.downloads import attachment
from tests.security.furnished import Furnished
from tests.web import seed

Visit = Callable[[str], FlaskClient]
_STEPS: tuple[str, ...] = (
    "../",
    "..\\",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%2f",
    "..%5c",
    "....//",
    "/",
    "//",
)
_STEPS += ("./", "~/", "C:\\", "\\\\host\\", "file:///", "%00", "\0", "\r\n", "\u202e")
_STEPS += ("\u2025/", "%c0%ae%c0%ae/", '"; x="', "blobs/", "a/../../")
_TARGETS: tuple[str, ...] = (
    "etc/passwd",
    "grader.sqlite3",
    "secret",
    "mlp.py",
    "x.html",
    "CON",
    ".",
)
_TARGETS += ("mlp.py\r\nSet-Cookie: a=b", "é\u202e.py", "n" * 300, "", "\ud800.py")
NAMES = [*map("".join, product(_STEPS, _TARGETS))]
NAMES += [f"{step}{step}{target}" for step, target in product(_STEPS[:4], _TARGETS)]


def test_there_are_three_hundred_names() -> None:
    assert len(set(NAMES)) >= 300


def test_every_name_becomes_one_well_formed_header(app: Flask) -> None:
    for name in NAMES:
        with app.test_request_context():
            answer = attachment(b"x", name)
        disposition = answer.headers["Content-Disposition"]
        message = Message()
        message["Content-Disposition"] = disposition
        saved = message.get_filename()
        assert disposition.startswith("attachment; "), ascii(name)
        assert disposition.isascii(), ascii(name)
        assert disposition.isprintable(), ascii(name)
        assert saved, ascii(name)
        assert not set('/\\"\r\n\0') & set(saved), ascii(name)
        assert saved.strip(". "), ascii(name)
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_stored_name_has_no_path_and_no_control_characters() -> None:
    for name in NAMES:
        kept = clean_name(name)
        assert kept not in {"", ".", ".."}, ascii(name)
        assert kept.isprintable(), ascii(name)
        assert not set("/\\\0\r\n") & set(kept), ascii(name)
        assert len(kept) <= 100, ascii(name)


def test_a_download_gives_the_named_file_or_none(
    objects: Furnished, visit: Visit
) -> None:
    client = visit("ada")
    start = f"/submissions/{objects.ours['submission']}/files/"
    given = set()
    for name in NAMES:
        answer = client.get(start + name.encode("utf-8", "replace").decode())
        assert answer.status_code in {200, 302, 308, 404}, ascii(name)
        if answer.status_code == 200:
            given.add(answer.data)
    assert given <= {seed.CODE}
    assert client.get(f"{start}mlp.py").data == seed.CODE
