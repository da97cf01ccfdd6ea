"""A student saves a receipt, and later shows it to somebody who checks it."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from grader.db import Database
from grader.models import Submission
from grader.web import create_app
from tests.web import seed
from tests.web.conftest import token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]


def saved(visit: Visit, world: World) -> str:
    """Return the receipt that the student downloads."""
    return visit("ada").get(f"/submissions/{world.ids['perfect']}/receipt").text


def checked(client: FlaskClient, **fields: object) -> tuple[int, str]:
    data = {"csrf_token": token_of(client), **fields}
    answer = client.post("/receipts", data=data)
    return answer.status_code, answer.text


def test_a_receipt_is_saved_as_a_text_with_its_files(
    visit: Visit, world: World
) -> None:
    answer = visit("ada").get(f"/submissions/{world.ids['perfect']}/receipt")

    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert f"Submission: {world.ids['perfect']}\n" in answer.text
    assert "mlp.py" in answer.text


def test_the_report_leads_to_the_receipt_and_to_the_form(
    visit: Visit, world: World
) -> None:
    path = f"/submissions/{world.ids['perfect']}"
    text = visit("ada").get(path).text

    assert f'href="{path}/receipt"' in text
    assert 'href="/receipts"' in text


def test_a_genuine_receipt_is_told_to_whoever_checks_it(
    visit: Visit, world: World
) -> None:
    status, text = checked(visit("ivo"), text=saved(visit, world))

    assert status == 200
    assert "This receipt is genuine" in text
    assert world.ids["perfect"] in text
    assert "on record here with this very hash" in text


def test_a_saved_file_can_be_chosen_instead(visit: Visit, world: World) -> None:
    content = BytesIO(saved(visit, world).encode())

    _, text = checked(visit("ada"), file=(content, "receipt.txt"))

    assert "This receipt is genuine" in text


def test_a_forged_receipt_is_said_to_be_none(visit: Visit, world: World) -> None:
    signature = saved(visit, world).split()[-1]
    forged = signature[:30] + ("A" if signature[30] != "A" else "B") + signature[31:]

    status, text = checked(visit("ada"), text=forged)

    assert status == 200
    assert "This is not a receipt of ours" in text
    assert "genuine" not in text


def test_a_changed_line_is_shown_and_what_was_signed_counts(
    visit: Visit, world: World
) -> None:
    text = saved(visit, world).replace("Attempt:    ", "Attempt:    7")

    _, answer = checked(visit("ada"), text=text)

    assert "This receipt is genuine" in answer
    assert "so it was changed" in answer
    assert "<code>Attempt: 7" in answer


def test_what_is_pasted_is_never_alive(visit: Visit) -> None:
    _, answer = checked(visit("ada"), text="</textarea><script>alert(1)</script>")

    assert "<script>alert" not in answer
    assert "&lt;script&gt;alert" in answer


@pytest.mark.parametrize(
    ("text", "said"), [(" \n", "Paste a receipt"), ("x" * 100_001, "much longer")]
)
def test_what_cannot_be_a_receipt_is_refused(
    visit: Visit, text: str, said: str
) -> None:
    status, answer = checked(visit("ada"), text=text)

    assert status == 422
    assert said in answer


def test_a_receipt_whose_submission_is_gone_is_a_case_for_staff(
    visit: Visit, world: World, database: Database
) -> None:
    text = saved(visit, world)
    change = update(Submission).where(Submission.id == uuid.UUID(world.ids["perfect"]))
    (right,) = re.findall(r"SHA-256: +(\w+)", text)
    with database.write() as session:
        session.execute(change.values(sha256="0" * 64))

    _, answer = checked(visit("ada"), text=text)

    with database.write() as session:
        session.execute(change.values(sha256=right))
    assert "not on record here" in answer


def test_after_a_change_of_the_key_old_receipts_stay_genuine(
    visit: Visit, world: World, database: Database
) -> None:
    text = saved(visit, world)
    changed = replace(
        world.settings,
        secret_key="another key, put in after a leak",
        old_secret_keys=f"one-before-that,{seed.SECRET}",
    )
    app = create_app(changed, database)
    client = app.test_client()
    with (
        client.session_transaction() as cookie,
        visit("ada").session_transaction() as before,
    ):
        cookie.update(before)

    _, answer = checked(client, text=text)

    assert "This receipt is genuine" in answer
