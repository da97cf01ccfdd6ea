"""A teaching assistant's way through an assignment, in a browser."""

import re

from tests.browser.conftest import Visit
from tests.browser.stage import TA, Stage
from tests.browser.visitor import Visitor

QUESTION = "Is my bias gradient not the sum? <script>alert(3)</script>"
REMARK = "Sum over the *batch*: $b$ has no row of its own. <img src=x onerror=alert(4)>"


def open_report(student: Visitor) -> None:
    page = student.go(student.stage.assignment_path)
    page.locator(".attempts a").first.click()
    page.wait_for_url("**/submissions/*")


def test_an_answered_regrade_request_changes_the_score_that_the_student_sees(
    visit: Visit, stage: Stage
) -> None:
    student = visit("fatima")
    open_report(student)
    before = student.page.locator(".hero .score").inner_text()
    student.page.click("text=Ask for a regrade")
    student.page.get_by_label("About").select_option("linear-backward")
    student.page.get_by_label("Your question").fill(QUESTION)
    student.page.get_by_role("button", name="Send").click()
    student.page.wait_for_url(re.compile("/regrades/"))

    assistant = visit(TA)
    page = assistant.go(f"{stage.course_path}/inbox")
    inbox = assistant.complaints()
    page.click("th a:has-text('Fatima')")
    page.wait_for_url(re.compile("/regrades/"))
    thread = assistant.complaints()
    asked = page.locator(".thread").inner_text()
    page.get_by_label("What the student reads").fill("The sum is nearly there.")
    page.get_by_label("Points from now on").fill("16")
    page.get_by_role("button", name="Accept").click()
    page.wait_for_selector("text=Score when decided")
    decided = assistant.complaints()
    open_report(student)
    after = student.page.locator(".hero .score").inner_text()

    assert inbox == thread == decided == []
    assert QUESTION in asked
    assert before.split()[0] == "94"
    assert float(after.split()[0]) > float(before.split()[0])
    assert "The sum is nearly there." in student.page.locator("#content").inner_text()
    assert student.complaints() == []


def test_a_review_goes_by_keyboard_and_the_student_reads_the_comment_at_its_line(
    visit: Visit, stage: Stage
) -> None:
    assistant = visit(TA)
    page = assistant.go(f"{stage.assignment_path}/rubric")
    page.get_by_label("Text, which students read").fill("Clear names")
    page.get_by_label("Points").fill("2")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_selector("input[value='Clear names']")
    rubric = assistant.complaints()
    page = assistant.go(f"{stage.assignment_path}/review")
    first = page.locator("h1").inner_text()

    page.keyboard.press("n")
    page.wait_for_function(
        "(was) => document.querySelector('h1').innerText !== was", arg=first
    )
    page.keyboard.press("p")
    page.wait_for_function(
        "(was) => document.querySelector('h1').innerText === was", arg=first
    )
    page.keyboard.press("1")
    page.wait_for_selector("form[data-key='1'] [aria-pressed=true]")
    page.keyboard.press("z")
    page.wait_for_selector("form[data-key='1'] [aria-pressed=false]")
    for key in "jjjjc":
        page.keyboard.press(key)
    page.keyboard.type(REMARK)
    page.get_by_role("button", name="Add the comment").click()
    page.wait_for_selector(".remark-row .remark-text em")
    reviewed = assistant.complaints()
    name = first.split()[0].lower()
    student = visit(name)
    open_report(student)
    student.page.click("text=/Comment on .*, line 4/")
    student.page.wait_for_selector(".remark-text em")

    assert rubric == reviewed == []
    assert "onerror=alert(4)" in student.page.locator(".remark-text").inner_text()
    assert student.complaints() == []


def test_a_comment_goes_to_everybody_with_a_mistake_and_is_taken_back_from_all(
    visit: Visit, stage: Stage
) -> None:
    assistant = visit(TA)
    page = assistant.go(f"{stage.assignment_path}/mistakes")
    groups = assistant.complaints()
    page.locator("a.group-link").first.click()
    page.wait_for_selector("text=Give to all that are ticked")
    group = assistant.complaints()
    page.get_by_label("Comment or answer").fill("The bias is added to every row.")
    page.get_by_role("button", name="Look at it first").click()
    page.wait_for_selector("text=will get this")
    look = assistant.complaints()
    student = visit("bo")
    open_report(student)
    unsent = student.page.locator("#people").inner_text()
    page.get_by_role("button", name="Write the comment").click()
    page.get_by_role("button", name="Take back").wait_for()
    student.page.reload()
    sent = student.page.locator("#people").inner_text()

    page.get_by_role("button", name="Take back").click()
    page.wait_for_load_state()
    student.page.reload()

    assert groups == group == look == []
    assert "added to every row" in sent
    assert "added to every row" not in unsent
    assert "added to every row" not in student.page.locator("#people").inner_text()
