"""``grader kinds`` and the page that is made from it."""

import re
import tomllib
from pathlib import Path

import pytest

from grader.assignments import load_files
from grader.checks import kinds
from grader.cli.kinds_page import EXAMPLE, entry, overview, page
from grader.cli.main import main
from grader.validation.complaints import Severity
from grader.validation.lint import lint

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_in_the_repository_is_made_from_this_code():
    hint = "run: grader kinds --markdown > docs/assignments.md"
    assert (DOCS / "assignments.md").read_text("utf-8") == page(), hint


def test_the_whole_example_is_an_assignment_without_a_weak_choice():
    (shown,) = re.findall(r"```toml\n(.*?)```", page(), re.DOTALL)
    assert shown == EXAMPLE
    loaded = load_files({"assignment.toml": shown.encode()})
    weak = [one for one in lint(loaded) if one.severity is not Severity.ADVICE]
    assert weak == []
    assert {table["kind"] for table in tomllib.loads(shown)["check"]} <= set(kinds())


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_key_of_a_kind_is_explained(name):
    rows = [line for line in entry(name).splitlines() if line.startswith("| `")]
    for row in rows:
        key, value, _, said = (cell.strip() for cell in row.split(" | "))
        assert value, key
        assert len(said.strip("| ")) > 10, key


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_own_key_of_a_kind_is_in_its_table(name):
    params = kinds()[name].Params
    inherited = {"id", "kind", "title", "needs", "component"}
    inherited |= {"single_precision", "wall_seconds", "points"}
    inherited |= {"visibility", "public_inputs"}
    text = entry(name)
    for key in set(params.model_fields) - inherited:
        assert f"| `{key}` |" in text, key


def test_bounds_choices_and_defaults_are_stated():
    assert "| `steps` | whole number, 5 to 200 | `12` |" in entry("optimizer")
    assert '| `"allow"` or `"warn"` or `"fail"` | `"warn"` |' in entry("forward")
    assert "| `threshold` | number, above 0, up to 1 | required |" in entry(
        "convergence"
    )


def test_sections_are_on_the_page_with_their_keys():
    text = page()
    for section, key in (
        ("`[submission]`", "entry"),
        ("`[binding]`", "use"),
        ("`[limits]`", "wall_seconds"),
        ("`[hints]`", "after_attempts"),
        ("`[[component]]`", "construct"),
    ):
        _, _, after = text.partition(f"## {section}\n")
        assert f"| `{key}` |" in after.partition("\n## ")[0]


@pytest.mark.parametrize("name", ["assignments.md", "validate.md"])
def test_links_of_the_pages_lead_somewhere(name):
    text = (DOCS / name).read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert links
    for target in links:
        assert (DOCS / target).exists(), target


def test_the_list_names_every_kind():
    assert all(f"- `{name}`: " in overview() for name in kinds())


def test_one_kind_is_explained(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["kinds", "optimizer"])
    printed = capsys.readouterr().out
    assert printed.startswith("### `optimizer`")
    assert "For `adam`: `trajectory`." in printed


def test_a_kind_that_is_not_there_is_refused_with_one_that_is_meant(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["kinds", "optimiser"])
    assert stopped.value.code == 1
    assert "Did you mean optimizer" in capsys.readouterr().err


def test_every_complaint_is_explained_on_the_page_about_validation():
    from grader.validation.lint import RULES

    text = (DOCS / "validate.md").read_text("utf-8")
    names = {rule.__name__.replace("_", "-") for rule in RULES}
    for name in names | {"solution", "sample", "threshold", "narrow-margin"}:
        assert f"`{name}`" in text, name
