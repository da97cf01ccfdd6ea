"""A student's way through an assignment, in a browser."""

import re

from tests.browser.conftest import Visit
from tests.browser.stage import STUDENT, Stage, sample
from tests.browser.visitor import PHONE, Visitor

GRADED_MS = 60_000
OPEN_ALL = "() => document.querySelectorAll('details').forEach((d) => d.open = true)"
MARKER = "<img src=x onerror=alert(1)>"
DROP = """
([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "text/x-python" }));
  document.querySelector("main").dispatchEvent(
    new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: carried }));
}
"""


def code_of(name: str) -> str:
    (text,) = sample(name).values()
    return text.decode()


def paste(student: Visitor, code: str) -> None:
    """Hand in what is on the clipboard and wait until it is graded."""
    page = student.go(student.stage.assignment_path)
    page.click("details.paste summary")
    page.fill("#pasted", code)
    page.get_by_role("button", name="Submit", exact=True).click()
    page.wait_for_url("**/submissions/*")
    page.wait_for_selector(".hero .pill.graded", timeout=GRADED_MS)


def test_a_dropped_file_is_graded_live_and_the_report_shows_where_the_gradient_is_wrong(
    visit: Visit, stage: Stage
) -> None:
    student = visit(STUDENT)
    page = student.go(stage.assignment_path)
    before = student.complaints()
    code = f"print('<script>alert(2)</script>')\n# {MARKER}\n" + code_of(
        "wrong-batch-mean"
    )

    page.evaluate(DROP, [f"{MARKER}.py".replace("/", ""), code])
    listed = page.locator(".chosen").inner_text()
    page.wait_for_selector("#look .note")
    said = page.locator("#look").inner_text()
    page.get_by_role("button", name="Submit", exact=True).click()
    page.wait_for_url("**/submissions/*")
    page.wait_for_selector("#live-run .hero .pill.graded", timeout=GRADED_MS)
    page.wait_for_selector(".chart svg", state="attached")
    while_live = student.complaints()
    page.evaluate(OPEN_ALL)
    opened = student.complaints()

    assert before == while_live == opened == []
    assert MARKER in listed
    assert "This can be read." in said
    assert "batch" in page.locator(".hint").first.inner_text().lower()
    assert page.locator("table.heat").count() >= 1
    assert "<script>alert(2)</script>" in page.locator("#live-run").inner_text()


def test_a_fix_scores_all_points_and_the_history_shows_what_changed(
    visit: Visit, stage: Stage
) -> None:
    student = visit("greta")
    paste(student, code_of("wrong-relu-mask"))
    first = student.page.locator(".hero .score").inner_text()

    paste(student, code_of("right-plain"))
    second = student.page.locator(".hero .score").inner_text()
    student.go(f"{stage.assignment_path}/attempts")
    history = student.complaints()
    counted = student.page.locator("tr.counts").inner_text()
    student.page.click("text=with attempt 1")
    student.page.wait_for_selector("h1:has-text('What changed')")
    changed = student.page.locator("#content").inner_text()
    difference = student.complaints()

    assert history == difference == []
    assert not first.startswith("100")
    assert second.startswith("100")
    assert counted.startswith("Attempt 2")
    assert "ReLU: backward" in changed


def test_without_scripts_a_file_is_handed_in_and_its_report_is_read(
    visit: Visit, stage: Stage
) -> None:
    student = visit(STUDENT, java_script_enabled=False)
    page = student.go(stage.assignment_path)
    page.set_input_files(
        "#files",
        {
            "name": "mine.py",
            "mimeType": "text/x-python",
            "buffer": code_of("right-plain").encode(),
        },
    )

    page.get_by_role("button", name="Submit", exact=True).click()
    page.wait_for_selector(".hero .pill.graded", timeout=GRADED_MS)

    assert student.problems == []
    assert page.locator(".hero .score").inner_text().startswith("100")


def test_on_a_phone_a_student_asks_for_a_regrade_and_takes_it_back(
    visit: Visit, stage: Stage
) -> None:
    student = visit("emil", viewport=PHONE, color_scheme="dark")
    page = student.go(stage.assignment_path)
    page.locator(".attempts a").first.click()
    page.wait_for_url("**/submissions/*")
    report = student.complaints()

    page.click("text=Ask for a regrade")
    form = student.complaints()
    page.get_by_label("Your question").fill(f"Is my momentum not right? {MARKER}")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile("/regrades/"))
    thread = student.complaints()
    asked = page.locator(".thread").inner_text()
    page.get_by_role("button", name="Take this request back").click()
    page.wait_for_selector("text=Reopen")

    assert report == form == thread == []
    assert "Is my momentum not right?" in asked
    assert student.complaints() == []
