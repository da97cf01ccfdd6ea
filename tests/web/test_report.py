"""The report of a submission: live, finished, as code, and for programs."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grader.db import Database
from grader.intake import prepare
from grader.report import Verdict
from grader.services import receipts, runs, submissions
from grader.services.reports import CheckState, CheckView
from grader.storage import BlobStore
from grader.web.evidence import facts
from grader.web.reading import CheckLine, ResultLine
from tests.web import results, seed
from tests.web.conftest import token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]


def test_page_of_a_running_submission_names_the_check_and_polls(
    visit: Visit, world: World
) -> None:
    text = visit("ben").get(f"/submissions/{world.ids['running']}").text
    assert "Running check 3 of 4: Linear: backward" in text
    # Three seconds where this test came late to the run.
    assert re.search(r'hx-trigger="every [13]s"', text)
    assert 'value="2" max="4"' in text
    assert "htmx-2.0.11.min.js" in text
    assert '<noscript><meta http-equiv="refresh"' in text
    assert '"allowEval":false' in text
    assert '"includeIndicatorStyles":false' in text


def test_page_of_a_waiting_submission_says_its_place(
    visit: Visit, world: World
) -> None:
    text = visit("ada").get(f"/submissions/{world.ids['queued']}").text
    assert "Next in the queue; it begins as soon as a worker is back." in text
    assert "Linear: backward" in text


def test_nothing_is_sent_again_while_nothing_changes(
    visit: Visit, world: World
) -> None:
    client = visit("ben")
    path = f"/submissions/{world.ids['running']}/live"
    first = client.get(path)
    assert first.status_code == 200
    assert first.headers["ETag"] in first.text.replace("\\", "")
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data


def test_results_appear_as_they_end_and_polling_stops_at_the_end(
    visit: Visit, world: World, database: Database
) -> None:
    assignment = seed.small_assignment()
    store = BlobStore(world.settings.blob_dir)
    submission, job = _claimed(database, store, world)
    client = visit("ada")
    path = f"/submissions/{submission}/live"
    before = client.get(path)
    outline = assignment.check_list[0]
    result = results.passed(outline, "interface", 0.0)
    with database.write() as session:
        runs.record(session, job, 1, 4, outline, [result])
    middle = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert middle.status_code == 200
    assert "Running check 2 of 4: Linear: forward" in middle.text
    with database.write() as session:
        runs.finish(session, job, seed.report_for(assignment, results.passed))
    end = client.get(path, headers={"If-None-Match": middle.headers["ETag"]})
    assert end.status_code == 286
    assert "hx-get" not in end.text
    assert "Graded: 20 of 20 points." in end.text
    assert 'id="attempts" hx-swap-oob' in end.text


def test_what_intake_and_grading_noticed_is_on_the_page(
    visit: Visit, world: World, database: Database
) -> None:
    store = BlobStore(world.settings.blob_dir)
    submission, job = _claimed(database, store, world)
    outcome = seed.report_for(seed.small_assignment(), results.passed)
    said = ("mlp.py was <b>renamed</b>.", "matplotlib is not installed.")
    with database.write() as session:
        runs.finish(session, job, replace(outcome, notices=said))
    text = visit("ada").get(f"/submissions/{submission}").text
    assert '<p class="note">mlp.py was &lt;b&gt;renamed&lt;/b&gt;.</p>' in text
    assert '<p class="note">matplotlib is not installed.</p>' in text


def _claimed(
    database: Database, store: BlobStore, world: World
) -> tuple[str, runs.GradeJob]:
    with database.write() as session:
        submission = _hand_in(session, store, world)
    with database.write() as session:
        while True:
            job = runs.claim(session, worker="t", lease_seconds=60)
            assert job is not None
            if str(job.submission_id) == submission:
                return submission, job


def _hand_in(session: Session, store: BlobStore, world: World) -> str:
    return submissions.submit(
        session,
        store,
        assignment_id=world.assignment_id,
        user_id=world.people["ada"],
        prepared=prepare({"mlp.py": seed.CODE}, entry="mlp.py"),
        received_at=datetime.now(UTC),
        idempotency_key=uuid.uuid4().hex,
    ).submission_id


def test_polling_without_a_session_reloads_the_page(
    anonymous: FlaskClient, world: World
) -> None:
    answer = anonymous.get(
        f"/submissions/{world.ids['running']}/live", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Refresh"] == "true"


def test_result_shows_points_numbers_diagnosis_and_hint(
    visit: Visit, world: World
) -> None:
    text = visit("ada").get(f"/submissions/{world.ids['partial']}").text
    assert "<b>12</b> <span>of 20</span>" in text
    assert "8 / 11" in text
    assert "The bias gradient is not summed over the batch" in text
    assert "Every row of the batch uses the same bias." in text
    assert "-3.525123" in text
    assert "A good place to start: Linear: backward." in text
    assert "2 of 3 entries, first at [1], [2]" in text
    assert '<mark class="off">nan</mark>' in text
    assert '<td class="h4">3.5</td>' in text


def test_result_says_what_went_in_and_how_far_off_it_is(
    visit: Visit, world: World
) -> None:
    text = visit("ada").get(f"/submissions/{world.ids['partial']}").text
    assert "for x (5, 7), weight (7, 3)" in text
    assert "moves by about 4e\u201116. Yours is off by 3.5" in text
    assert "rounding units" not in text


def test_a_case_with_public_inputs_can_be_copied(visit: Visit, world: World) -> None:
    text = visit("ada").get(f"/submissions/{world.ids['partial']}").text
    code = re.search(r"(?s)data-copy>Copy</button>\s*<pre[^>]*>(.*?)</pre>", text)
    assert code is not None
    assert unescape(code.group(1)) == (
        'x = np.array([0.5])\nprint(x[0] < 1, "should be", True)\n'
    )
    assert "js/copying.js" in text


def test_result_links_from_a_fault_to_the_line_of_the_code(
    visit: Visit, world: World
) -> None:
    client = visit("ada")
    text = client.get(f"/submissions/{world.ids['partial']}").text
    link = re.search(r'href="(/submissions/[^"]+/code)#(f1-9)"', text)
    assert link is not None
    assert f'id="{link.group(2)}"' in client.get(link.group(1)).text


def test_printed_output_and_messages_are_text_and_controls_are_visible(
    visit: Visit, world: World
) -> None:
    text = visit("ada").get(f"/submissions/{world.ids['partial']}").text
    assert "<script>alert(" not in text
    assert "&lt;script&gt;alert(&#39;print&#39;)" in text
    assert "<img src=x" not in text
    assert "\x1b" not in text
    assert "\u241b[31mloss" in text


def test_earlier_attempts_say_which_one_counts(visit: Visit, world: World) -> None:
    text = visit("ada").get(f"/submissions/{world.ids['partial']}").text
    assert "The best score of all your submissions counts." in text
    items = re.findall(r"(?s)<li.*?</li>", text)
    counting = [item for item in items if "counts</span>" in item]
    assert len(counting) == 1
    assert world.ids["perfect"] in counting[0]


def test_our_own_failure_is_said_to_be_ours(visit: Visit, world: World) -> None:
    text = visit("ben").get(f"/submissions/{world.ids['attention']}").text
    assert "Something went wrong on our side." in text
    assert "costs you no attempt" in text
    assert "the jail did not start" not in text


def test_staff_see_what_students_do_not(visit: Visit, world: World) -> None:
    path = f"/submissions/{world.ids['partial']}"
    staff, student = visit("tess").get(path).text, visit("ada").get(path).text
    for secret in ("Seed (secret)", "Worker", "Grade again"):
        assert secret in staff
        assert secret not in student
    attention = visit("tess").get(f"/submissions/{world.ids['attention']}").text
    assert "the jail did not start" in attention


def test_receipt_is_signed_and_only_for_its_owner(visit: Visit, world: World) -> None:
    path = f"/submissions/{world.ids['perfect']}"
    text = visit("ada").get(path).text
    found = re.search(r"Signature</dt><dd><code>([^<]+)</code>", text)
    assert found is not None
    stated = receipts.verify(seed.SECRET, found.group(1))
    assert stated is not None
    assert stated["submission"] == world.ids["perfect"]
    assert "Signature" not in visit("tess").get(path).text


def test_grading_again_puts_the_submission_back_into_the_queue(
    visit: Visit, world: World
) -> None:
    client = visit("ivo")
    path = f"/submissions/{world.ids['attention']}"
    answer = client.post(f"{path}/rerun", data={"csrf_token": token_of(client)})
    assert answer.status_code == 303
    text = client.get(answer.location).text
    assert "is graded again" in text
    assert "in the queue" in text


def test_code_is_coloured_numbered_and_never_alive(visit: Visit, world: World) -> None:
    text = visit("tess").get(f"/submissions/{world.ids['partial']}/code").text
    assert '<span class="k">class</span>' in text
    assert 'href="#f1-6"' in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert 'style="' not in text


def test_download_is_an_attachment_that_no_browser_opens(
    visit: Visit, world: World
) -> None:
    path = f"/submissions/{world.ids['partial']}"
    answer = visit("ada").get(f"{path}/files/mlp.py")
    assert answer.data == seed.CODE
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename=mlp.py"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    archive = visit("ada").get(f"{path}/upload")
    assert archive.headers["Content-Disposition"].endswith("filename=tiny-mlp-1.zip")


def test_download_knows_only_the_names_of_the_submission(
    visit: Visit, world: World
) -> None:
    client = visit("ada")
    for name in ("other.py", "../mlp.py", "%2e%2e/mlp.py", "..%5cmlp.py", "mlp.py/"):
        path = f"/submissions/{world.ids['partial']}/files/{name}"
        assert client.get(path).status_code == 404, name


def test_programs_get_the_documented_keys(visit: Visit, world: World) -> None:
    body = visit("ada").get(f"/api/v1/submissions/{world.ids['partial']}").get_json()
    assert body["status"] == "graded"
    assert body["score"] == 12
    assert {*body["results"][0]} >= {
        "check",
        "component",
        "quantity",
        "verdict",
        "points",
        "max_points",
        "message",
        "diagnosis",
        "evidence",
        "seconds",
    }
    assert "seed" not in body
    staff = visit("tess").get(f"/api/v1/submissions/{world.ids['partial']}").get_json()
    assert isinstance(staff["seed"], int)


def test_what_scores_nothing_is_called_feedback(visit: Visit, world: World) -> None:
    text = visit("ada").get(f"/submissions/{world.ids['perfect']}").text
    assert "feedback" in text
    assert "0 / 0" not in text
    assert "Nothing left to do here." in text


def test_seed_covers_every_verdict_but_broken() -> None:
    report = seed.report_for(seed.small_assignment(), results.mixed)
    found = {result.verdict for result in report.results}
    assert found == {Verdict.PASSED, Verdict.FAILED, Verdict.ERRORED}
    assert replace(report, log="").log == ""


def test_checks_that_could_not_run_say_so_once_and_not_for_each_quantity() -> None:
    lines = [
        replace(
            results.passed(outline, quantity, points),
            verdict=Verdict.ERRORED,
            points=0,
            message="Your file could not be loaded (see the first check).",
            evidence={},
        )
        for outline, quantity, points in seed.lines(seed.small_assignment())
        if outline.id == "linear-backward"
    ]
    view = CheckView("id", "t", "Linear", 11, 0, CheckState.DONE, lines)
    check = CheckLine(
        view, tuple(ResultLine(line, facts(line.evidence), "") for line in lines)
    )
    assert len(lines) == 3
    assert check.says_one_thing
    assert not CheckLine(replace(view, results=[]), ()).says_one_thing
