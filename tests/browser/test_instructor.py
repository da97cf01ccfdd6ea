"""An instructor's way through an assignment, in a browser."""

import re
from pathlib import Path

from tests.browser.conftest import Visit
from tests.browser.stage import INSTRUCTOR, Stage
from tests.browser.visitor import Visitor

NEWCOMER = "name,email,section,role\nHana <b>Ito</b>,hana@example.org,B,student\n"


def confirm(person: Visitor, question: str, answer: str) -> None:
    """Open a question that is asked once, and say yes."""
    person.page.click(f"summary:has-text('{question}')")
    person.page.get_by_role("button", name=answer, exact=True).click()
    person.page.wait_for_load_state()


def test_a_roster_is_looked_at_first_and_one_student_gets_more_time(
    visit: Visit, stage: Stage
) -> None:
    instructor = visit(INSTRUCTOR)
    page = instructor.go(f"{stage.course_path}/roster/table")
    page.get_by_label("Or paste it").fill(NEWCOMER)
    page.get_by_role("button", name="Look what would happen").click()
    page.wait_for_selector("text=What would happen")
    plan = instructor.complaints()
    page.get_by_role("button", name="Do it").click()
    page.wait_for_selector("text=They are shown only now")
    done = instructor.complaints()
    page = instructor.go(f"{stage.assignment_path}/extensions")
    page.get_by_label("Students", exact=True).fill("hana@example.org")
    page.get_by_label("Due").fill("2031-05-01T12:00")
    page.get_by_label("Reason").fill("ill")
    page.get_by_role("button", name="Grant").click()
    page.wait_for_selector("td:has-text('ill')")

    assert plan == done == []
    assert "Hana <b>Ito</b>" in page.locator("tbody").inner_text()
    assert instructor.complaints() == []


def test_a_late_policy_is_tried_on_the_page_before_it_is_saved(
    visit: Visit, stage: Stage
) -> None:
    instructor = visit(INSTRUCTOR)
    page = instructor.go(f"{stage.assignment_path}/dates")
    page.check("#late-percent")
    page.get_by_role("button", name="Look at what would change").click()
    page.wait_for_selector("text=No score would change")
    looked = instructor.complaints()
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_selector(".note.good")
    saved = instructor.complaints()
    page = instructor.go(stage.assignment_path)

    assert looked == saved == []
    assert "10 %" in page.locator("ul.policy").inner_text()


def test_an_assignment_is_written_previewed_tried_and_published(
    visit: Visit, stage: Stage
) -> None:
    instructor = visit(INSTRUCTOR)
    page = instructor.go(f"{stage.course_path}/drafts")
    page.fill("#slug", "second-sheet")
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_selector("#toml")
    opened = instructor.complaints()
    text = page.input_value("#toml")
    page.fill("#toml", text + "\n[[check]\n")
    page.wait_for_selector("#problems .note.bad")
    problem = page.locator("#problems").inner_text()
    broken = instructor.complaints()
    page.fill("#toml", text)
    page.wait_for_selector("#problems .note.good")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.wait_for_load_state()
    instructor.go(f"{stage.course_path}/drafts/second-sheet/preview")
    preview = instructor.complaints()

    page = instructor.go(f"{stage.course_path}/drafts/second-sheet/bench")
    page.get_by_role("button", name="Try it out").click()
    page.wait_for_selector("text=Stop it")
    trial = instructor.complaints()
    page.get_by_role("button", name="Stop it").click()
    page.wait_for_load_state()
    page = instructor.go(f"{stage.course_path}/drafts/second-sheet/publish")
    asked = instructor.complaints()
    page.get_by_role("button", name=re.compile("Publish")).click()
    page.wait_for_url("**/assignments/second-sheet**")

    assert opened == broken == preview == trial == asked == []
    assert re.search(r"Line \d+", problem)
    assert instructor.complaints() == []


def test_scores_are_published_and_leave_as_a_table(
    visit: Visit, stage: Stage, tmp_path: Path
) -> None:
    instructor = visit(INSTRUCTOR)
    page = instructor.go(f"{stage.course_path}/gradebook")
    confirm(instructor, "Publish", "Publish the scores")
    page.get_by_role("button", name=re.compile("Hide")).wait_for()
    published = instructor.complaints()
    page = instructor.go(f"{stage.course_path}/gradebook/exports")
    with page.expect_download() as download:
        page.click("text=Download CSV")
    kept = tmp_path / "scores.csv"
    download.value.save_as(kept)
    instructor.go(f"{stage.course_path}/audit")

    assert published == []
    assert "chidi@example.org" in kept.read_text()
    assert "published the scores" in page.locator("tbody").inner_text()
    assert instructor.complaints() == []


def test_a_rerun_of_all_shows_what_would_change_is_applied_and_taken_back(
    visit: Visit, stage: Stage
) -> None:
    instructor = visit(INSTRUCTOR)
    page = instructor.go(f"{stage.assignment_path}/reruns/new")
    page.get_by_label("Why").fill("A machine was broken.")
    page.get_by_role("button", name="Grade again").click()
    page.wait_for_url(re.compile("/reruns/[0-9a-f-]{36}"))
    page.wait_for_selector("text=All have ended", timeout=90_000)
    page.click("text=See what would change")
    page.wait_for_selector("summary:has-text('Apply')")
    preview = instructor.complaints()
    confirm(instructor, "Apply", "Apply all changes")
    page.wait_for_selector("summary:has-text('Take back')")
    applied = instructor.complaints()
    confirm(instructor, "Take back", "Take the changes back")
    page.wait_for_selector("summary:has-text('Give up')")

    assert preview == applied == []
    assert instructor.complaints() == []
