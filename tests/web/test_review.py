"""What teaching assistants do on the pages, and what students then read."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.db import Database
from grader.services import runs
from tests.web import seed
from tests.web.conftest import ASSIGNMENT, token_of
from tests.web.results import mixed
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)> [a](javascript:x())"
COURSE = f"/courses/{seed.COURSE}"


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    data = {"csrf_token": token_of(client, "/"), **fields}
    return client.post(path, data=data, follow_redirects=True)


@pytest.fixture(scope="module")
def review(world: World) -> str:
    return f"/submissions/{world.ids['partial']}/review"


@pytest.fixture(scope="module", autouse=True)
def _latest_is_mistaken(world: World, database: Database) -> None:
    with database.write() as session:
        job = runs.claim(session, worker="w2", lease_seconds=60)
    assert job is not None
    with database.write() as session:
        runs.finish(session, job, seed.report_for(seed.small_assignment(), mixed))


def code_of(text: str) -> str:
    """Return a page without what stands in its scripts and fields."""
    return re.sub(r"<textarea.*?</textarea>|data-text=\"[^\"]*\"", "", text, flags=re.S)


def test_a_comment_stands_below_its_line_for_staff_and_student(
    visit: Visit, review: str, world: World
) -> None:
    said = post(
        visit("tess"),
        f"{review}/comments",
        text="Sum over $n$, **not** the mean.",
        file="mlp.py",
        line="9",
    ).text
    code = visit("ada").get(f"/submissions/{world.ids['partial']}/code").text
    for page in (said, code):
        row = page.index('id="f1-9"')
        assert row < page.index("<strong>not</strong>") < page.index('id="f1-10"')
    report = visit("ada").get(f"/submissions/{world.ids['partial']}").text
    assert "Comment on mlp.py, line 9" in report
    assert "<math" in code


def test_the_last_change_can_be_undone_from_the_page_it_leads_to(
    visit: Visit, review: str
) -> None:
    client = visit("tess")
    page = post(client, f"{review}/comments", text="Soon gone.").text
    address = re.findall(r'id="undo" method="post" action="([^"]+)"', page)[0]
    gone = post(client, address).text
    assert "Soon gone." in page
    assert "Soon gone." not in gone
    assert "Comment taken back." in gone


def test_a_rubric_item_has_a_number_key_and_changes_the_score(
    visit: Visit, review: str
) -> None:
    client = visit("tess")
    post(client, f"{ASSIGNMENT}/rubric", text="Clear code", points="0.5")
    item = re.findall(r"/rubric/(\d+)\"", client.get(f"{ASSIGNMENT}/rubric").text)[0]
    page = post(client, f"{review}/rubric", item=item, on="1").text
    assert re.search(r'data-key="1">.*?aria-pressed="true"', page, re.S)
    assert "<b>12.5</b> <span>of 20</span>" in page
    changed = post(
        client, f"{ASSIGNMENT}/rubric/{item}", text="Clear code", points="2", place="1"
    ).text
    assert "1 submission scored anew." in changed
    back = post(client, f"{review}/rubric", item=item, on="0").text
    assert "<b>12</b> <span>of 20</span>" in back


def test_points_are_set_with_a_reason_that_the_student_reads(
    visit: Visit, review: str, world: World
) -> None:
    client, path = visit("tess"), f"{review}/points"
    refused = client.post(
        path,
        data={
            "csrf_token": token_of(client, "/"),
            "check": "linear-backward",
            "points": "99",
            "reason": "The axis was not stated.",
        },
    )
    assert refused.status_code == 422
    assert "from 0 to 11" in refused.text
    assert "The axis was not stated.</textarea>" in refused.text
    post(client, path, check="linear-backward", points="11", reason="Not stated.")
    report = visit("ada").get(f"/submissions/{world.ids['partial']}").text
    assert "set by Tess Assistant. Not stated." in report


def test_a_group_gets_a_comment_after_a_look_and_loses_it_again(
    visit: Visit,
) -> None:
    client = visit("tess")
    listed = client.get(f"{ASSIGNMENT}/mistakes?among=latest").text
    assert "<b>1 student:</b> The bias gradient is not summed" in listed
    group = re.findall(r'href="([^"]*/mistakes/[0-9a-f]{16}[^"]*)"', listed)[0]
    members = re.findall(
        r'name="submission" value="([^"]+)"',
        client.get(group.replace("&amp;", "&")).text,
    )
    path = group.partition("?")[0]
    given = {"deed": "comment", "text": "Sum *it*.", "among": "latest"}
    look = post(client, path, submission=members, **given).text
    assert "Nothing has been sent yet." in look
    assert "Ada Lovelace" in look
    report = f"/submissions/{members[0]}"
    assert "Sum <em>it</em>." not in visit("ada").get(report).text
    done = post(client, path, submission=members, confirm="1", **given).text
    assert "Comment written to 1 submission." in done
    assert "Sum <em>it</em>." in visit("ada").get(report).text
    batch = re.findall(r'name="batch" value="([^"]+)"', done)[0]
    undone = post(client, f"{ASSIGNMENT}/mistakes/undo", kind="comment", batch=batch)
    assert "Taken back from 1 submission." in undone.text
    assert "Sum <em>it</em>." not in visit("ada").get(report).text


def test_a_group_of_nobody_gets_nothing_and_what_was_typed_stays(
    visit: Visit,
) -> None:
    client = visit("tess")
    listed = client.get(f"{ASSIGNMENT}/mistakes?among=latest").text
    path = re.findall(r'href="([^"?]*/mistakes/[0-9a-f]{16})', listed)[0]
    answer = client.post(
        path,
        data={
            "csrf_token": token_of(client, "/"),
            "among": "latest",
            "deed": "comment",
            "text": "To nobody",
        },
    )
    assert answer.status_code == 422
    assert "No student is chosen." in answer.text
    assert "To nobody</textarea>" in answer.text


def test_a_regrade_request_goes_from_the_report_to_the_inbox_and_back(
    visit: Visit, world: World
) -> None:
    ada, tess = visit("ada"), visit("tess")
    perfect = f"/submissions/{world.ids['perfect']}"
    assert f'href="{perfect}/regrade"' in ada.get(perfect).text
    asked = post(ada, f"{perfect}/regrade", text="Why $0$?", check="relu-forward")
    thread = asked.request.path
    inbox = tess.get(f"{COURSE}/inbox").text
    assert f'href="{thread}">Ada Lovelace</a>' in inbox
    assert "the jail did not start" in inbox
    decided = post(
        tess, f"{thread}/decide", decision="accept", points="4", text="As you wish."
    ).text
    assert "accepted" in decided
    seen = ada.get(thread).text
    assert "As you wish." in seen
    assert re.search(
        r"Score when asked</dt><dd>20<.*Score when decided</dt><dd>19<", seen, re.S
    )
    assert thread not in tess.get(f"{COURSE}/inbox").text


@pytest.mark.parametrize(
    ("person", "path", "fields"),
    [
        ("tess", "{review}/comments", {"text": SCRIPT}),
        ("tess", "{review}/comments", {"text": SCRIPT, "file": "mlp.py", "line": "3"}),
        ("tess", "{assignment}/rubric", {"text": SCRIPT, "points": "1"}),
        ("tess", "{course}/comment-bank", {"text": SCRIPT}),
        ("ada", "{own}/regrade", {"text": SCRIPT}),
    ],
)
def test_no_script_of_anybody_reaches_a_page(
    visit: Visit,
    world: World,
    review: str,
    person: str,
    path: str,
    fields: dict[str, str],
) -> None:
    own = f"/submissions/{world.ids['partial']}"
    address = path.format(review=review, assignment=ASSIGNMENT, course=COURSE, own=own)
    answer = post(visit(person), address, **fields)
    pages = [answer, visit("tess").get(review), visit("ada").get(own)]
    pages.append(visit("ada").get(f"{own}/code"))
    for page in pages:
        shown = code_of(page.text)
        assert page.status_code == 200
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert 'href="javascript' not in shown
    assert "&lt;script&gt;alert" in pages[1].text + answer.text


def test_a_sentence_of_the_bank_becomes_a_comment_and_is_counted(
    visit: Visit, review: str
) -> None:
    client = visit("tess")
    page = post(
        client, f"{review}/comments", text="Mind the **shapes**.", keep="1"
    ).text
    sentence = re.findall(r'value="(\d+)" data-text="Mind the', page)[0]
    post(client, f"{review}/comments", text="", bank=sentence)
    bank = client.get(f"{COURSE}/comment-bank").text
    assert re.search(r"<strong>shapes</strong>.*?Used 2 times", bank, re.S)
    removed = post(client, f"{COURSE}/comment-bank/{sentence}/remove").text
    assert "shapes" not in removed
    back = post(client, f"{COURSE}/comment-bank/{sentence}/restore").text
    assert "<strong>shapes</strong>" in back


def test_done_leads_on_and_the_progress_counts_it(
    visit: Visit, review: str, world: World
) -> None:
    client = visit("tess")
    start = client.get(f"{ASSIGNMENT}/review")
    assert start.headers["Location"].endswith("/review")
    assert "0 of 1 reviewed" in client.get(review).text
    page = post(
        client, start.headers["Location"].replace("/review", "/review/done"), done="1"
    ).text
    assert "1 of 1 reviewed" in page
    assert "Nothing waits for your review." in client.get(f"{ASSIGNMENT}/review").text
