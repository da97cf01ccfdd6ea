"""An instructor's program, from a roster to a published version."""

import base64
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web import seed
from tests.web.json_api.answers import OPERATIONS, broken_promise

COURSE = f"/courses/{seed.COURSE}"
HERE = f"{COURSE}/assignments/{seed.SLUG}"
Ask = Callable[..., Any]


@pytest.fixture
def ask(program: Callable[..., Callable[..., TestResponse]]) -> Ask:
    """Ask as the instructor; an answer that is not as documented fails."""
    send = program("ivo")

    def documented(endpoint: str, path: str, **body: Any) -> Any:
        one = OPERATIONS[f"api_{endpoint}"]
        options = {"json": body} if one.takes is not None else {}
        answer = send(one.method, path, **options)
        assert answer.status_code == one.status, answer.text
        assert broken_promise(one, answer) == ""
        return answer.get_json()

    return documented


def test_a_roster_is_looked_at_and_applied_and_somebody_gets_more_time(
    ask: Ask,
) -> None:
    table = "email,name,role\nnew@example.org,New Person,student\n"

    plan = ask("roster.plan", f"{COURSE}/roster/plan", table=table)
    before = ask("roster.listed", f"{COURSE}/roster")
    done = ask("roster.apply", f"{COURSE}/roster/apply", table=table)
    given = {"students": ["new@example.org"], "reason": "Ill.", "extra_attempts": 2}
    ask("roster.grant", f"{HERE}/extensions", **given)
    (extension,) = ask("roster.granted", f"{HERE}/extensions")["extensions"]
    ask("roster.remove", f"{HERE}/extensions/{extension['user_id']}/remove")

    assert [one["email"] for one in plan["new"]] == ["new@example.org"]
    assert "new@example.org" not in {one["email"] for one in before["members"]}
    assert [one["email"] for one in done["passwords"]] == ["new@example.org"]
    assert extension["extra_attempts"] == 2
    assert ask("roster.granted", f"{HERE}/extensions")["extensions"] == []


def test_a_batch_is_ordered_looked_at_and_given_up(ask: Ask) -> None:
    wanted = {"meant": "all", "version": "own", "reason": "A better tolerance."}

    batch = ask("reruns.order", f"{HERE}/reruns", **wanted)["id"]
    shown = ask("reruns.one", f"{HERE}/reruns/{batch}")
    preview = ask("reruns.preview", f"{HERE}/reruns/{batch}/preview")
    given_up = ask("reruns.discard", f"{HERE}/reruns/{batch}/discard")

    assert shown["card"]["state"] == "previewing"
    assert (preview["changed"], preview["next"]) == (0, None)
    assert given_up["count"] >= 1
    listed = ask("reruns.listed", f"{HERE}/reruns")["batches"]
    assert [one["id"] for one in listed] == [batch]


def test_an_assignment_is_uploaded_tried_out_and_published(ask: Ask) -> None:
    files = {
        "assignment.toml": seed.TOML.replace(seed.SLUG, "second"),
        "handout.md": "# Second\n",
        "starter/mlp.py": "class Linear:\n    pass\n",
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    draft = f"{COURSE}/drafts/second"

    content = base64.b64encode(packed.getvalue()).decode()
    made = ask("drafts.upload", draft, zip=content)
    trial = ask("drafts.try_out", f"{draft}/trials", runs=1)["id"]
    waiting = ask("drafts.trial", f"{COURSE}/trials/{trial}")
    ask("drafts.stop", f"{COURSE}/trials/{trial}/stop")
    ask("drafts.publish", f"{draft}/publish", digest=made["digest"])

    assert (made["problems"], sorted(made["files"])) == ([], sorted(files))
    assert waiting["state"] == "queued"
    assert ask("assignments.one", f"{COURSE}/assignments/second")["max_score"] == 20
    newest = ask("numbers.history", f"{COURSE}/audit")["entries"][0]
    assert newest["action"] == "published"


def test_a_page_of_the_gradebook_has_a_cell_for_each_assignment(ask: Ask) -> None:
    book = ask("gradebook.matrix", f"{COURSE}/gradebook?name=ada")
    (line,) = book["lines"]
    assert seed.SLUG in line["cells"]
    assert set(line["cells"]) <= {one["slug"] for one in book["columns"]}
