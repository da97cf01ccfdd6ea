"""Publishing with what the test bench knows, and the bench itself."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from grader.db import Database
from grader.models import AuditEntry, Trial, TrialState
from tests.web import seed
from tests.web.conftest import ASSIGNMENT
from tests.web.editor.test_editing import DRAFT, DRAFTS, post, save
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
MISTAKE = {
    "component": "Linear",
    "id": "M001",
    "title": "The bias is <b>not</b> summed",
    "formula": "grad_out",
    "quantities": ["grad_bias"],
    "named": True,
}


def report(**changes: Any) -> dict[str, Any]:
    caught = {
        **MISTAKE,
        "fate": "caught",
        "caught_by": ["linear-backward"],
        "reason": "",
    }
    item = {"item": "linear-forward.out", "median_seconds": 0.25}
    return {
        "holds": True,
        "complaints": [],
        "trials": [],
        "flakes": {"runs": 0, "not_as_stated": 0, "bound": 1.0},
        "items": [item],
        "mistakes": [caught],
        "screening": [],
        **changes,
    }


@pytest.fixture
def ivo(visit: Visit) -> FlaskClient:
    client = visit("ivo")
    if client.get(DRAFT).status_code == 404:
        post(client, DRAFTS, slug=seed.SLUG, source="published", published=seed.SLUG)
    return client


def finish(database: Database, found: dict[str, Any]) -> None:
    """Let every trial that waits have found something."""
    with database.write() as session:
        session.execute(
            update(Trial)
            .where(Trial.state == TrialState.QUEUED)
            .values(state=TrialState.DONE, report=found, finished_at=Trial.ordered_at)
        )


def digest(client: FlaskClient) -> str:
    page = client.get(f"{DRAFT}/publish").text
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found.group(1)


def test_a_trial_is_ordered_once_shown_while_it_waits_and_stopped(
    ivo: FlaskClient,
) -> None:
    assert "Nothing was tried out yet." in ivo.get(f"{DRAFT}/bench").text
    assert post(ivo, f"{DRAFT}/bench", runs="2").status_code == 303
    again = post(ivo, f"{DRAFT}/bench", runs="2")
    assert again.status_code == 422
    assert "is being tried out already" in again.text
    address = re.search(r'hx-get="([^"]+)"', again.text)
    assert address is not None
    assert ivo.get(address.group(1)).status_code == 200
    assert post(ivo, f"{address.group(1)}/stop").status_code == 303
    assert ivo.get(address.group(1)).status_code == 286
    assert "It was stopped" in ivo.get(f"{DRAFT}/bench").text


def test_survivors_come_first_with_the_reason_and_then_what_catches_what(
    ivo: FlaskClient, database: Database
) -> None:
    survivor = {
        **MISTAKE,
        "fate": "survives",
        "caught_by": [],
        "reason": "no check with points judges grad_bias",
    }
    mistakes = [*report()["mistakes"], survivor]
    post(ivo, f"{DRAFT}/bench")
    finish(database, report(mistakes=mistakes))
    page = ivo.get(f"{DRAFT}/bench").text
    assert "survives: no check with points judges grad_bias" in page
    assert page.index("Mistakes that get through") < page.index("What catches what")
    assert "1 of 2 caught" in page
    assert "<b>not</b>" not in page
    assert "0.25" in page


def test_publishing_shows_the_difference_warns_and_asks_once(
    ivo: FlaskClient, database: Database, world: World
) -> None:
    save(ivo, **{"a.title": "Untried"})
    page = ivo.get(f"{DRAFT}/publish").text
    assert "It was never tried out." in page
    assert "+title = &#34;Untried&#34;" in page
    assert "Publish all the same" in page
    stale = digest(ivo)
    save(ivo, **{"a.title": "Published"})
    refused = post(ivo, f"{DRAFT}/publish", digest=stale)
    assert refused.status_code == 422
    assert "has changed since you opened this page" in refused.text
    post(ivo, f"{DRAFT}/bench")
    finish(database, report())
    assert "all 1 known mistakes are caught" in ivo.get(f"{DRAFT}/publish").text
    assert post(ivo, f"{DRAFT}/publish", digest=digest(ivo)).status_code == 303
    assert "<h1>Published</h1>" in ivo.get(ASSIGNMENT).text
    with database.read() as session:
        entry = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.action == "published")
            .order_by(AuditEntry.id.desc())
        ).first()
    assert entry is not None
    assert entry.actor_id == world.people["ivo"]
    assert entry.new["mistakes"] == {"known": 1, "caught": 1}


def test_the_version_before_is_published_again(ivo: FlaskClient) -> None:
    save(ivo, **{"a.title": "A mistake"})
    assert post(ivo, f"{DRAFT}/publish", digest=digest(ivo)).status_code == 303
    page = ivo.get(f"{ASSIGNMENT}/versions").text
    before = re.findall(r'name="version" value="(\d+)"', page)
    assert post(ivo, f"{ASSIGNMENT}/versions", version=before[0]).status_code == 303
    assert "A mistake" not in ivo.get(ASSIGNMENT).text
    assert post(ivo, f"{ASSIGNMENT}/versions", version="999").status_code == 404


def test_what_is_published_is_tried_out_with_the_solution_of_its_draft(
    ivo: FlaskClient, database: Database
) -> None:
    assert post(ivo, f"{ASSIGNMENT}/bench").status_code == 303
    with database.read() as session:
        trial = session.scalars(
            select(Trial).where(Trial.state == TrialState.QUEUED)
        ).one()
    assert "assignment.toml" in trial.manifest
    finish(database, report())
    assert (
        "None: every known mistake costs points." in ivo.get(f"{ASSIGNMENT}/bench").text
    )


def test_a_draft_with_mistakes_is_neither_tried_out_nor_published(
    ivo: FlaskClient,
) -> None:
    save(ivo, **{"check.1.points": "-1"})
    assert post(ivo, f"{DRAFT}/bench").status_code == 422
    assert "to put right" in ivo.get(f"{DRAFT}/publish").text
    assert post(ivo, f"{DRAFT}/publish").status_code == 422
    assert save(ivo, **{"check.1.points": "4"}).status_code == 303
