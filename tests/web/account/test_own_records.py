"""Taking one's data along and being erased, as pages."""

import io
import zipfile
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from grader.db import Database
from grader.models import User
from grader.services import accounts
from tests.web import seed
from tests.web.conftest import token_of
from tests.web.seed import World
from tests.web.test_sign_in import sign_in

Visit = Callable[[str], FlaskClient]
ERASE = "/account/data/erase"


def test_the_download_is_a_zip_of_ones_own_files(visit: Visit) -> None:
    client = visit("ada")
    answer = client.post(
        "/account/data/export", data={"csrf_token": token_of(client)}, buffered=True
    )
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert answer.mimetype == "application/zip"
    assert "filename=my-data.zip" in answer.headers["Content-Disposition"]
    assert archive.testzip() is None
    name = f"{seed.COURSE}/{seed.SLUG}/1/graded/mlp.py"
    assert archive.read(name) == seed.CODE
    everything = b"".join(archive.read(one) for one in archive.namelist())
    assert b"Ada Lovelace" in everything
    assert b"Bold" not in everything


def test_erasing_asks_for_the_box_and_the_password(visit: Visit) -> None:
    client = visit("nils")
    for values, words in (
        ({"password": seed.PASSWORD}, "Tick the box if you are sure."),
        ({"sure": "yes"}, "Type your password."),
        ({"sure": "yes", "password": "not it"}, "This is not your password."),
    ):
        data = {"csrf_token": token_of(client), **values}
        answer = client.post(ERASE, data=data)
        assert answer.status_code == 422
        assert words in answer.text
    assert client.get("/account").status_code == 200


def test_the_only_instructor_is_told_why_not(visit: Visit) -> None:
    client = visit("ivo")
    data = {"csrf_token": token_of(client), "sure": "yes", "password": seed.PASSWORD}
    answer = client.post(ERASE, data=data)
    assert answer.status_code == 422
    assert "You are the only instructor of Deep Learning" in answer.text


def test_who_is_erased_is_out_everywhere_and_cannot_come_back(
    app: Flask, visit: Visit, database: Database, world: World
) -> None:
    with database.write() as session:
        user = session.get_one(User, world.people["nils"])
        user.password = accounts.hashed(seed.PASSWORD)
    client, elsewhere = visit("nils"), visit("nils")
    data = {"csrf_token": token_of(client), "sure": "yes", "password": seed.PASSWORD}
    answer = client.post(ERASE, data=data, follow_redirects=True)
    assert "Your account is erased." in answer.text
    assert [one.get("/").status_code for one in (client, elsewhere)] == [302, 302]
    back = sign_in(app.test_client(), "nils@example.org", seed.PASSWORD)
    assert back.status_code == 200
