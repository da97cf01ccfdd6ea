"""Looking at an upload before it counts, and code that is pasted."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from grader.assignments.first_look import missing
from grader.db import Database
from grader.models import Submission
from tests.web import seed
from tests.web.conftest import ASSIGNMENT, token_of

Visit = Callable[[str], FlaskClient]
WHOLE = """
class Linear:
    def __init__(self): ...
# a comment at the margin
    def forward(self, x): ...

    def backward(self, g): ...
class ReLU(Base): ...
"""


def send(
    client: FlaskClient, path: str = f"{ASSIGNMENT}/look", **form: object
) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client), **form})


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(func.count()).select_from(Submission)).one()


@pytest.mark.parametrize(
    ("code", "gaps"),
    [
        (WHOLE, []),
        ("x = 1\n", ["Linear", "ReLU"]),
        ("from mine import *\n", []),
        ("Linear = ReLU = make()\n", ["ReLU"]),
        (WHOLE.replace("def backward", "def back"), ["Linear.backward"]),
        (
            "class Linear(object): pass\n" + WHOLE[WHOLE.index("class R") :],
            ["Linear.forward", "Linear.backward"],
        ),
    ],
)
def test_missing_names_are_found_without_running_the_code(
    code: str, gaps: list[str]
) -> None:
    assert missing(seed.small_assignment(), {"mlp.py": code.encode()}) == gaps


def test_looking_says_what_is_missing_and_hands_nothing_in(
    visit: Visit, database: Database
) -> None:
    before = count(database)
    answer = send(visit("ada"), pasted="class Linear:\r\n    pass\r\n")
    assert answer.status_code == 200
    assert "something seems to be missing" in answer.text
    assert "<code>Linear.forward</code>" in answer.text
    assert "class Linear:" in answer.text, "what was pasted is still there"
    assert count(database) == before


def test_a_script_gets_only_the_part_that_it_shows(visit: Visit) -> None:
    client = visit("ada")
    answer = client.post(
        f"{ASSIGNMENT}/look",
        data={"csrf_token": token_of(client), "files": (BytesIO(b"def f(:"), "a.py")},
        headers={"X-Requested-With": "fetch"},
    )
    assert answer.status_code == 422
    assert "is not valid Python" in answer.text
    assert "<html" not in answer.text


def test_pasted_code_is_handed_in_as_the_entry_file(visit: Visit) -> None:
    client = visit("ada")
    answer = send(client, ASSIGNMENT, pasted="x = 1\r\n")
    assert answer.status_code == 303
    assert client.get(f"{answer.location}/files/mlp.py").data == b"x = 1\n"


def test_files_and_pasted_code_at_once_are_refused(visit: Visit) -> None:
    answer = send(
        visit("ada"), ASSIGNMENT, pasted="x = 1", files=(BytesIO(b"y = 1"), "a.py")
    )
    assert answer.status_code == 422
    assert "Send one of the two" in answer.text
