"""Who gets the numbers, and that they are numbers."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from grader.db import Database
from grader.web import create_app
from grader.web.metrics import FORWARDED, blob_bytes
from tests.web.seed import World

TOKEN = "a-token-of-enough-length"
LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"\n]*"\})? -?[0-9][0-9.e+-]*')


@pytest.fixture
def guarded(world: World, database: Database) -> FlaskClient:
    settings = replace(world.settings, metrics_token=TOKEN)
    return create_app(settings, database).test_client()


def test_this_machine_gets_numbers_in_the_right_format(anonymous: FlaskClient) -> None:
    answer = anonymous.get("/metrics")

    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    samples = [line for line in lines if not line.startswith("# ")]
    assert [line for line in samples if not LINE.fullmatch(line)] == []
    assert any(line.startswith("grader_run_seconds_count{") for line in samples)
    assert answer.text.endswith("\n")


def test_every_sample_stands_under_its_help_and_type(anonymous: FlaskClient) -> None:
    lines = anonymous.get("/metrics").text.splitlines()

    family = ""
    for line in lines:
        name = line.split()[2] if line.startswith("# ") else line
        if line.startswith("# HELP"):
            family = name
        assert name.startswith(family)
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert len(names) == sum(line.startswith("# HELP") for line in lines)


def test_other_machines_learn_only_that_there_is_no_such_page(
    anonymous: FlaskClient,
) -> None:
    answer = anonymous.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"})

    assert answer.status_code == 404


@pytest.mark.parametrize("header", FORWARDED)
def test_what_a_proxy_on_this_machine_passes_on_is_not_from_this_machine(
    anonymous: FlaskClient, header: str
) -> None:
    assert anonymous.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1"])
@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 404),
        ("Bearer ", 404),
        (TOKEN, 404),
        ("", 404),
        ("Bearer ä", 404),
    ],
)
def test_with_a_token_in_the_settings_only_the_token_opens(
    guarded: FlaskClient, address: str, given: str, status: int
) -> None:
    answer = guarded.get(
        "/metrics",
        headers={"Authorization": given},
        environ_base={"REMOTE_ADDR": address},
    )

    assert answer.status_code == status


def test_stored_bytes_are_counted_once_in_each_period(tmp_path: Path) -> None:
    folder = tmp_path / "ab"
    folder.mkdir()
    (folder / "one").write_bytes(b"123")
    first = blob_bytes(tmp_path, 1)
    (folder / "two").write_bytes(b"4567")

    assert (first, blob_bytes(tmp_path, 1), blob_bytes(tmp_path, 2)) == (3, 3, 7)


def test_a_store_that_is_not_there_has_no_bytes(tmp_path: Path) -> None:
    assert blob_bytes(tmp_path / "none", 1) == 0
