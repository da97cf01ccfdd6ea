"""Every page of a role, wide and light and on a phone in the dark."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.stage import INSTRUCTOR, TA, Stage
from tests.browser.visitor import PHONE, WIDE

LOOKS = {
    "wide": {"viewport": WIDE, "color_scheme": "light"},
    "phone": {"viewport": PHONE, "color_scheme": "dark"},
}
ACCOUNT = ["/account", "/account/data", "/account/password", "/join", "/receipts"]
STUDENT = ["/", "{course}", "{assignment}", "{assignment}/attempts"]
OF_COURSE = ["inbox", "comment-bank", "overview"]
OF_ASSIGNMENT = ["submissions", "review", "mistakes", "rubric", "analytics"]
OWN_COURSE = ["roster", "gradebook", "gradebook/exports", "audit", "drafts", "service"]
OWN_ASSIGNMENT = [
    *("scores", "dates", "extensions", "groups", "settings", "versions"),
    *("reruns", "reruns/new", "bench"),
]
PAGES = {
    "ada": [*STUDENT, *ACCOUNT],
    TA: [
        *(f"{{course}}/{name}" for name in OF_COURSE),
        *(f"{{assignment}}/{name}" for name in OF_ASSIGNMENT),
    ],
    INSTRUCTOR: [
        *(f"{{course}}/{name}" for name in OWN_COURSE),
        *(f"{{assignment}}/{name}" for name in OWN_ASSIGNMENT),
    ],
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("key", PAGES)
def test_no_page_complains_moves_scrolls_sideways_or_shuts_anybody_out(
    visit: Visit, stage: Stage, key: str, look: str
) -> None:
    person = visit(key, **LOOKS[look])
    words = {"course": stage.course_path, "assignment": stage.assignment_path}

    complaints = []
    for path in PAGES[key]:
        person.go(path.format(**words))
        complaints += person.complaints()

    assert complaints == []
