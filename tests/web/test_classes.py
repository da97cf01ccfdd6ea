"""The pages about a whole class: overview, gradebook, exports, reruns, history."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.db import Database
from grader.services import runs
from tests.web import seed
from tests.web.conftest import ASSIGNMENT, token_of
from tests.web.results import passed
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
COURSE = f"/courses/{seed.COURSE}"
GRADEBOOK = f"{COURSE}/gradebook"
RERUNS = f"{ASSIGNMENT}/reruns"
CANVAS = (
    b"Student,ID,SIS User ID,SIS Login ID,Section\n"
    b'"Lovelace, Ada",17,s1,ada,A\n<b>Eve,18,s2,eve,A\n'
)


def post(client: FlaskClient, path: str, **values: object) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client), **values})


def grade_all(database: Database) -> None:
    """Grade what waits as a worker would; everything is right."""
    while True:
        with database.write() as session:
            job = runs.claim(session, worker="w7", lease_seconds=3600)
        if job is None:
            return
        with database.write() as session:
            made = seed.report_for(seed.small_assignment(), passed)
            runs.finish(session, job, made)


def test_overview_has_numbers_and_a_picture_that_says_them_as_text(
    visit: Visit,
) -> None:
    text = visit("tess").get(f"{COURSE}/overview").text
    assert "2 of 2" in text
    assert re.search(r"Waiting</dt><dd>1<", text)
    assert re.search(r"Being graded</dt><dd>1<", text)
    assert re.search(r'<svg [^>]*role="img" aria-label="How many scores', text)
    assert '<th scope="row">90\u2013100</th><td class="number">1</td>' in text


def test_gradebook_tells_pending_from_a_score_and_escapes_names(
    visit: Visit, world: World
) -> None:
    text = visit("ivo").get(GRADEBOOK).text
    assert re.search(r'aria-label="Tiny MLP, Ada Lovelace: 20 points">20</a>', text)
    assert '<span class="pill queued">pending</span>' in text
    assert "Ben &lt;b&gt;Bold" in text
    assert "Tess" not in text
    assert f"/submissions/{world.ids['perfect']}" in text


@pytest.mark.parametrize(
    "query", ["sort=password", "page=-1", "page=99", "missing=x", "section=%00"]
)
def test_nonsense_in_the_address_of_the_gradebook_does_no_harm(
    visit: Visit, query: str
) -> None:
    assert visit("ivo").get(f"{GRADEBOOK}?{query}").status_code == 200


def test_scores_are_published_and_hidden_again(visit: Visit) -> None:
    client = visit("ivo")
    path = f"{GRADEBOOK}/{seed.SLUG}"
    assert post(client, f"{path}/publish").status_code == 303
    published = client.get(GRADEBOOK).text
    assert post(client, f"{path}/hide").status_code == 303
    hidden = client.get(GRADEBOOK).text
    assert "Hide again" in published
    assert "You can hide them again" in published
    assert "Hide again" not in hidden


def test_canvas_table_is_looked_at_before_it_is_given_back(visit: Visit) -> None:
    client = visit("ivo")
    seen, made = (
        post(
            client,
            f"{GRADEBOOK}/canvas",
            action=action,
            table=(BytesIO(CANVAS), "canvas.csv"),
        )
        for action in ("check", "download")
    )
    assert "left without a score: &lt;b&gt;Eve" in seen.text
    assert made.headers["Content-Disposition"].startswith("attachment")
    assert made.data.splitlines()[2].endswith(b"17,s1,ada,A,20")


@pytest.mark.parametrize("which", ["canvas", "moodle"])
def test_a_form_without_a_table_says_so_beside_the_field(
    visit: Visit, which: str
) -> None:
    answer = post(visit("ivo"), f"{GRADEBOOK}/{which}", assignment=seed.SLUG)
    assert answer.status_code == 422
    assert f'id="{which}-wrong" role="alert">Choose the file' in answer.text


def test_rerun_is_ordered_previewed_applied_and_taken_back(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("ivo")
    grade_all(database)
    report = f"/submissions/{world.ids['partial']}"
    order = {"meant": "all", "version": "own", "reason": "The axis <b> was wrong"}
    ordered = post(client, f"{RERUNS}/new", **order)
    assert ordered.status_code == 303
    page = ordered.location
    assert client.get(f"{page}/progress").status_code == 200
    assert "Apply" not in client.get(page).text
    grade_all(database)
    assert client.get(f"{page}/progress").status_code == 286
    shown = client.get(page).text
    assert re.search(r'class="difference up">\+8<', shown)
    assert "The axis &lt;b&gt; was wrong" in shown
    assert "12 / 20" in re.sub(r"<[^>]+>", "", client.get(report).text)
    assert post(client, f"{page}/apply").status_code == 303
    assert "counts by its new result" in client.get(page).text
    assert post(client, f"{page}/apply").status_code == 422
    assert post(client, f"{page}/undo").status_code == 303
    assert post(client, f"{page}/discard").status_code == 303
    assert "given up" in client.get(RERUNS).text
    history = client.get(f"{COURSE}/audit?action=rerun_applied_score").text
    assert "score: 12 → 20" in history


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"meant": "all", "version": "own", "reason": " "}, "Say why"),
        ({"meant": "some", "version": "own", "reason": "kept"}, "Choose which"),
        (
            {"meant": "all", "version": "own", "reason": "kept", "section": "none"},
            "No graded submission",
        ),
    ],
)
def test_an_order_that_makes_no_sense_is_explained_and_keeps_what_was_typed(
    visit: Visit, values: dict[str, str], says: str
) -> None:
    answer = post(visit("ivo"), f"{RERUNS}/new", **values)
    assert answer.status_code == 422
    assert says in answer.text
    assert values["reason"].strip() in answer.text


def test_a_batch_is_found_only_under_its_own_assignment(visit: Visit) -> None:
    client = visit("ivo")
    ordered = post(
        client, f"{RERUNS}/new", meant="all", version="own", reason="to look"
    )
    elsewhere = ordered.location.replace(seed.SLUG, "another")
    assert client.get(elsewhere).status_code == 404


def test_analytics_name_the_mistakes_of_the_class(visit: Visit) -> None:
    text = visit("tess").get(f"{ASSIGNMENT}/analytics").text
    assert "The bias gradient is not summed over the batch" in text
    assert re.search(r"1 of 1 \(100 %\)|of 2", text)


@pytest.mark.parametrize(
    "query", ["before=x", "since=tomorrow", "until=9999-12-31", "action=nothing"]
)
def test_nonsense_in_the_address_of_the_history_does_no_harm(
    visit: Visit, query: str
) -> None:
    client = visit("ivo")
    assert client.get(f"{COURSE}/audit?{query}").status_code == 200
    assert client.get(f"{COURSE}/audit.csv?{query}").status_code == 200
