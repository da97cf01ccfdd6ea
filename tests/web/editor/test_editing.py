"""The editor: form and text side by side, and two people at once."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.db import Database
from grader.services import courses, drafts
from grader.storage import BlobStore
from tests.web import seed
from tests.web.conftest import token_of
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
DRAFTS = f"/courses/{seed.COURSE}/drafts"
DRAFT = f"{DRAFTS}/{seed.SLUG}"
FIELD = re.compile(
    r'<input type="(?:text|hidden)"[^>]*name="([^"]+)"[^>]*value="([^"]*)"'
)


@pytest.fixture
def ivo(visit: Visit) -> FlaskClient:
    client = visit("ivo")
    if client.get(DRAFT).status_code == 404:
        post(client, DRAFTS, slug=seed.SLUG, source="published", published=seed.SLUG)
    return client


def post(client: FlaskClient, path: str, **data: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client, DRAFTS), **data})


def shown(client: FlaskClient) -> dict[str, str]:
    """Return what the editor's form would send back untouched."""
    text = client.get(DRAFT).text
    form = text[text.index('id="editor"') :]
    fields = dict(
        re.findall(
            r'<input type="(?:text|hidden)"[^>]*name="([^"]+)"[^>]*value="([^"]*)"',
            form,
        )
    )
    area = re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.DOTALL)
    assert area is not None
    plain = {name: unescaped(value) for name, value in fields.items()}
    return {**plain, "toml": unescaped(area.group(1))}


def unescaped(text: str) -> str:
    for name, sign in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(name, sign)
    return text.replace("&amp;", "&")


def save(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post(DRAFT, data={**shown(client), "do": "save", **changes})


def saved(client: FlaskClient) -> str:
    return client.get(f"{DRAFT}/files/download?name=assignment.toml").text


def test_a_field_of_the_form_changes_its_line_of_the_text(ivo: FlaskClient) -> None:
    before = saved(ivo)
    answer = save(ivo, **{"check.2.points": "{ grad_x = 1, grad_bias = 7 }"})
    assert answer.status_code == 303
    gone = set(before.splitlines()) - set(saved(ivo).splitlines())
    assert gone == {"points = { grad_x = 4, grad_weight = 4, grad_bias = 3 }"}
    assert "<strong>17 points</strong>" in ivo.get(DRAFT).text


def test_what_is_changed_on_both_sides_is_saved_together(ivo: FlaskClient) -> None:
    typed = "# By hand.\n" + shown(ivo)["toml"]
    assert save(ivo, toml=typed, **{"a.title": "Both sides"}).status_code == 303
    assert saved(ivo).startswith("# By hand.\n")
    assert 'title = "Both sides"' in saved(ivo)


def test_a_value_that_is_none_is_said_beside_its_field_and_nothing_is_saved(
    ivo: FlaskClient,
) -> None:
    before = saved(ivo)
    answer = save(ivo, **{"check.1.points": "{ out = "})
    assert answer.status_code == 422
    assert 'id="check.1.points-wrong"' in answer.text
    assert 'value="{ out = "' in answer.text
    assert saved(ivo) == before


def test_a_text_with_mistakes_is_saved_and_each_is_shown_with_its_line(
    ivo: FlaskClient,
) -> None:
    good = shown(ivo)["toml"]
    assert (
        save(ivo, toml=good.replace('kind = "forward"', 'kind = "fwd"')).status_code
        == 303
    )
    page = ivo.get(DRAFT).text
    assert re.search(r'data-line="\d+">Line \d+</a>: check\[1\]\.kind: unknown', page)
    assert save(ivo, toml=good).status_code == 303


def test_a_text_that_is_no_toml_keeps_what_was_typed(ivo: FlaskClient) -> None:
    good = shown(ivo)["toml"]
    save(ivo, toml=good + "\nslug = = <b>\n")
    page = ivo.get(DRAFT).text
    assert "is not valid TOML" in page
    assert "slug = = &lt;b&gt;" in page
    assert "The form comes back" in page
    assert ivo.post(DRAFT, data={**shown(ivo), "toml": good}).status_code == 303


def test_typing_is_looked_at_and_nothing_is_stored(ivo: FlaskClient) -> None:
    before = saved(ivo)
    answer = post(
        ivo, f"{DRAFT}/look", toml=before.replace("points = 5", "points = -5")
    )
    assert answer.status_code == 200
    assert "must be greater than or equal to 0" in answer.text.replace("should", "must")
    assert saved(ivo) == before


def test_the_second_of_two_people_sees_both_texts_and_can_take_over(
    ivo: FlaskClient,
) -> None:
    mine = shown(ivo)
    save(ivo, **{"a.title": "Theirs"})
    answer = ivo.post(DRAFT, data={**mine, "toml": f"# Mine.\n{mine['toml']}"})
    assert answer.status_code == 422
    assert "has saved this draft since you opened it" in answer.text
    assert "-title = &#34;Theirs&#34;" in answer.text
    assert "# Mine." not in saved(ivo)
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version is not None
    again = {**mine, "version": version.group(1), "toml": f"# Mine.\n{mine['toml']}"}
    assert ivo.post(DRAFT, data=again).status_code == 303
    assert saved(ivo).startswith("# Mine.\n")


def test_checks_are_added_by_a_form_moved_and_taken_away(ivo: FlaskClient) -> None:
    assert "optimizer" in ivo.get(f"{DRAFT}/add-check").text
    form = ivo.get(f"{DRAFT}/add-check?kind=backward").text
    assert '<option value="ReLU" >ReLU</option>' in form
    added = {"kind": "backward", "id": "extra", "component": "ReLU", "points": "2"}
    version = shown(ivo)["version"]
    wrong = post(ivo, f"{DRAFT}/add-check", version=version, **{**added, "points": ""})
    assert wrong.status_code == 422
    assert "This is required." in wrong.text
    assert post(ivo, f"{DRAFT}/add-check", version=version, **added).status_code == 303
    assert (
        saved(ivo)
        .rstrip()
        .endswith('id = "extra"\nkind = "backward"\npoints = 2\ncomponent = "ReLU"')
    )
    assert save(ivo, do="up:check-4").status_code == 303
    ids = re.findall(r'^id = "(.+)"', saved(ivo), re.MULTILINE)
    assert ids[-2:] == ["extra", "relu-forward"]
    assert save(ivo, do="remove:check-3").status_code == 303
    assert "extra" not in saved(ivo)


def test_a_component_is_added_with_the_conventions_that_differ(
    ivo: FlaskClient,
) -> None:
    page = ivo.get(f"{DRAFT}/add-component?operation=softmax_cross_entropy").text
    assert "log" in page
    data = {"operation": "softmax_cross_entropy", "name": "Loss", "reduction": '"sum"'}
    path = f"{DRAFT}/add-component"
    answer = post(ivo, path, version=shown(ivo)["version"], labels='"indices"', **data)
    assert answer.status_code == 303
    assert 'convention = { reduction = "sum" }' in saved(ivo)
    wrong = {**data, "name": "Other", "reduction": '"max"'}
    refused = post(ivo, path, version=shown(ivo)["version"], **wrong)
    assert refused.status_code == 422
    assert "reduction" in refused.text


def test_files_are_uploaded_read_changed_and_taken_away(ivo: FlaskClient) -> None:
    path = f"{DRAFT}/files"
    files = (BytesIO(b"class Linear: pass\n"), "mlp.py")
    data = {"version": shown(ivo)["version"], "folder": "solution", "files": files}
    assert post(ivo, path, **data).status_code == 303
    assert "solution/mlp.py" in ivo.get(path).text
    text = f"{path}/text"
    changed = {"version": shown(ivo)["version"], "name": "solution/mlp.py"}
    assert post(ivo, text, **changed, text="x = 1\r\n").status_code == 303
    got = ivo.get(f"{path}/download?name=solution/mlp.py")
    assert got.data == b"x = 1\n"
    assert "attachment" in got.headers["Content-Disposition"]
    gone = post(ivo, path, version=shown(ivo)["version"], remove="solution/mlp.py")
    assert gone.status_code == 303
    assert ivo.get(f"{path}/download?name=solution/mlp.py").status_code == 404


@pytest.mark.parametrize("folder", ["..", "a/../../b", "samples/\u202e", "a//b"])
def test_a_file_cannot_be_put_outside_of_the_draft(
    ivo: FlaskClient, folder: str
) -> None:
    files = (BytesIO(b"x"), "a.py")
    data = {"version": shown(ivo)["version"], "folder": folder, "files": files}
    answer = post(ivo, f"{DRAFT}/files", **data)
    assert answer.status_code == 422
    assert "A file cannot be called" in answer.text
    assert "a.py</code>" not in ivo.get(f"{DRAFT}/files").text


def test_the_preview_shows_the_handout_and_leaves_hidden_checks_out(
    ivo: FlaskClient,
) -> None:
    hidden = shown(ivo)["toml"].replace(
        'id = "relu-forward"', 'id = "relu-forward"\nvisibility = "hidden"'
    )
    save(ivo, toml=hidden)
    page = ivo.get(f"{DRAFT}/preview").text
    assert "<math" in page
    assert "<script>alert" not in page
    assert "Linear: forward" in page
    assert "ReLU: forward" not in page


def test_a_handout_is_looked_at_before_it_is_saved(ivo: FlaskClient) -> None:
    data = {"name": "handout.md", "text": "**bold** <script>", "do": "look"}
    page = post(ivo, f"{DRAFT}/files/text", version="1", **data).text
    assert "<strong>bold</strong>" in page
    assert "<script>" not in page.split("As students read it")[1].split("</form>")[0]


def test_a_zip_a_template_and_a_shipped_assignment_become_drafts(
    ivo: FlaskClient,
) -> None:
    packed = ivo.get(f"{DRAFT}/files/download").data
    upload = {"source": "upload", "zip": (BytesIO(packed), "a.zip")}
    assert post(ivo, DRAFTS, slug="from-zip", **upload).status_code == 303
    assert 'slug = "from-zip"' in ivo.get(f"{DRAFTS}/from-zip").text.replace(
        "&#34;", '"'
    )
    template = {"source": "template", "title": "New <one>"}
    assert post(ivo, DRAFTS, slug="from-nothing", **template).status_code == 303
    assert "<strong>3 points</strong>" in ivo.get(f"{DRAFTS}/from-nothing").text
    again = post(ivo, DRAFTS, slug="from-nothing", **template)
    assert again.status_code == 422
    assert "already a draft" in again.text
    wrong = post(ivo, DRAFTS, slug="No such!", source="shipped", shipped="../x")
    assert wrong.status_code == 422


def test_a_deleted_draft_is_fetched_back_from_the_list(ivo: FlaskClient) -> None:
    post(ivo, DRAFTS, slug="short-lived", source="template", title="Short")
    assert "Delete this draft?" in ivo.get(f"{DRAFTS}/short-lived/delete").text
    gone = post(ivo, f"{DRAFTS}/short-lived/delete", really="yes")
    assert gone.status_code == 303
    page = ivo.get(DRAFTS).text
    number = re.search(r'value="(\d+)"><button[^>]*Fetch back short-lived', page)
    assert number is not None
    assert post(ivo, f"{DRAFTS}/fetch-back", save=number.group(1)).status_code == 303
    assert ivo.get(f"{DRAFTS}/short-lived").status_code == 200


def test_a_save_of_another_course_cannot_be_fetched(
    ivo: FlaskClient, visit: Visit, world: World, database: Database
) -> None:
    store = BlobStore(world.settings.blob_dir)
    manifest = {"assignment.toml": store.put(b"secret = 1\n")}
    olga = world.people["olga"]
    with database.write() as session:
        other = courses.by_slug(session, seed.OTHER_COURSE).id
        drafts.create(
            session, course_id=other, slug="theirs", manifest=manifest, actor_id=olga
        )
    with database.read() as session:
        (theirs,) = drafts.history(session, other, "theirs", olga)
    answer = post(ivo, f"{DRAFTS}/fetch-back", save=str(theirs.id))
    assert answer.status_code == 404
