"""Take the pictures of the guides from a served course.

Run it with ``make screenshots``; it writes ``docs/images`` anew.
"""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.stage import INSTRUCTOR, STUDENT, TA, Stage, running, sample
from tests.browser.visitor import PHONE, WIDE, Visitor, visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
# The file of a picture, who looks, and at which page, in the course or the assignment.
PAGES = (
    ("assignment", STUDENT, "{assignment}"),
    ("inbox", TA, "{course}/inbox"),
    ("by-mistake", TA, "{assignment}/mistakes"),
    ("overview", INSTRUCTOR, "{course}/overview"),
    ("gradebook", INSTRUCTOR, "{course}/gradebook"),
    ("dates", INSTRUCTOR, "{assignment}/dates"),
    ("analytics", INSTRUCTOR, "{assignment}/analytics"),
    ("audit", INSTRUCTOR, "{course}/audit"),
    ("editor", INSTRUCTOR, "{course}/drafts/sheet-2"),
    ("workers", INSTRUCTOR, "{course}/service"),
)
GRADED = ".hero .pill.graded"
SECONDS = 120_000


def main() -> None:
    """Play the parts and keep a picture of each step."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with running(Path(folder) / "home") as stage:
            _student(browser, stage)
            _assistant(browser, stage)
            _instructor(browser, stage)
            for name, key, path in PAGES:
                person = visitor(browser, stage, viewport=WIDE).sign_in(key)
                words = {
                    "course": stage.course_path,
                    "assignment": stage.assignment_path,
                }
                person.go(path.format(**words))
                _keep(person, name)
                person.context.close()
        browser.close()


def _keep(person: Visitor, name: str) -> None:
    """Write what the window shows of the page."""
    person.page.evaluate("() => document.fonts.ready")
    person.page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def _hand_in(student: Visitor, work: str) -> None:
    page = student.go(student.stage.assignment_path)
    (text,) = sample(work).values()
    page.click("details.paste summary")
    page.fill("#pasted", text.decode())
    page.get_by_role("button", name="Submit", exact=True).click()
    page.wait_for_url("**/submissions/*")


def _student(browser: "Browser", stage: Stage) -> None:
    """Hand in a mistake, read its report, hand in the fix, compare the two, ask."""
    student = visitor(browser, stage, viewport=WIDE).sign_in(STUDENT)
    page = student.page
    _hand_in(student, "wrong-batch-mean")
    page.wait_for_selector(".line-head .got:has-text('running')", timeout=SECONDS)
    _keep(student, "live")
    page.wait_for_selector(GRADED, timeout=SECONDS)
    check = page.locator("#check-cross-entropy")
    check.locator("details.evidence:not(.replay) > summary").first.click()
    check.evaluate("(node) => node.scrollIntoView()")
    _keep(student, "report")
    heat = check.locator("table.heat")
    heat.evaluate("(node) => node.scrollIntoView({ block: 'end' })")
    _keep(student, "error-map")
    phone = visitor(browser, stage, viewport=PHONE).sign_in(STUDENT)
    phone.go(page.url.removeprefix(stage.url))
    _keep(phone, "report-phone")
    phone.context.close()
    _hand_in(student, "right-plain")
    page.wait_for_selector(GRADED, timeout=SECONDS)
    student.go(f"{stage.assignment_path}/attempts")
    _keep(student, "attempts")
    page.click("text=with attempt 1")
    page.wait_for_selector("h1:has-text('What changed')")
    _keep(student, "difference")
    student.context.close()
    asker = visitor(browser, stage, viewport=WIDE).sign_in("fatima")
    asker.go(stage.assignment_path).locator(".attempts a").first.click()
    asker.page.click("text=Ask for a regrade")
    asker.page.get_by_label("About").select_option("linear-backward")
    asker.page.get_by_label("Your question").fill(
        "`grad_weight` is right, and my bias has one row for each example. "
        "Is the sum over $n$ all that is missing?"
    )
    asker.page.get_by_role("button", name="Send").click()
    asker.page.wait_for_url("**/regrades/*")
    asker.context.close()


def _assistant(browser: "Browser", stage: Stage) -> None:
    """Write a rubric and a comment on a line; open the request."""
    assistant = visitor(browser, stage, viewport=WIDE).sign_in(TA)
    page = assistant.page
    for text, points in (
        ("Clear names and shapes", "2"),
        ("A loop over examples", "-1"),
    ):
        assistant.go(f"{stage.assignment_path}/rubric")
        page.locator("#new-text").fill(text)
        page.locator("#new-points").fill(points)
        page.get_by_role("button", name="Add", exact=True).click()
        page.wait_for_selector(f"input[value='{text}']")
    assistant.go(f"{stage.assignment_path}/mistakes")
    page.locator("a.group-link").first.click()
    page.locator("tbody a:has-text('Review')").first.click()
    page.wait_for_selector("#comment-form")
    page.locator("#comment-file").select_option(index=1)
    page.locator("#comment-line").fill("24")
    page.locator("#comment-text").fill(
        "$b$ is added to every row, so its gradient collects from every row."
    )
    page.get_by_role("button", name="Add the comment").click()
    page.wait_for_selector(".remark-row .remark-text")
    page.keyboard.press("1")
    page.wait_for_selector("[aria-pressed=true]")
    page.evaluate("() => scrollTo(0, 0)")
    _keep(assistant, "review")
    assistant.go(f"{stage.course_path}/inbox")
    page.click("th a:has-text('Fatima')")
    page.wait_for_selector(".thread")
    _keep(assistant, "regrade")
    assistant.context.close()


def _instructor(browser: "Browser", stage: Stage) -> None:
    """Look at a roster before it is applied; begin a draft and a rerun of all."""
    instructor = visitor(browser, stage, viewport=WIDE).sign_in(INSTRUCTOR)
    page = instructor.go(f"{stage.course_path}/roster/table")
    page.get_by_label("Or paste it").fill(
        "name,email,section,role\nHana Ito,hana@example.org,B,student\n"
        "Ivan Petrov,ivan@example.org,B,student\n"
        "Bo Lindqvist,bo@example.org,A,student\n"
    )
    page.get_by_role("button", name="Look what would happen").click()
    page.wait_for_selector("text=What would happen")
    _keep(instructor, "roster")
    instructor.go(f"{stage.course_path}/drafts")
    page.fill("#slug", "sheet-2")
    page.check("input[name=source][value=published]")
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_selector("#toml")
    instructor.go(f"{stage.assignment_path}/reruns/new")
    page.get_by_label("Why").fill("The tolerance of one check was too tight.")
    page.get_by_role("button", name="Grade again").click()
    page.wait_for_selector("text=All have ended", timeout=SECONDS)
    page.click("text=See what would change")
    page.wait_for_selector("summary:has-text('Apply')")
    _keep(instructor, "rerun")
    phone = visitor(browser, stage, viewport=PHONE).sign_in(INSTRUCTOR)
    phone.go(f"{stage.course_path}/gradebook")
    _keep(phone, "gradebook-phone")
    phone.context.close()
    instructor.context.close()


if __name__ == "__main__":
    main()
