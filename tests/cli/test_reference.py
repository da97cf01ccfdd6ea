"""``grader reference`` and the page that is made from it."""

from pathlib import Path

import numpy as np
import pytest

from grader.cli.docstrings import read
from grader.cli.main import main
from grader.cli.reference_page import component, entry, others, page, runnable
from reference.operations import create, names

PAGE = Path(__file__).resolve().parent.parent.parent / "docs/reference.md"


def test_the_page_in_the_repository_is_made_from_this_code():
    hint = "run: grader reference --markdown > docs/reference.md"
    assert PAGE.read_text() == page(), hint


@pytest.mark.parametrize("name", names())
def test_the_lines_under_an_entry_run(name):
    lines = runnable(create(name))
    assert f"```python\n{lines}\n```" in entry(name)
    known = {"create": create, "rng": np.random.default_rng(0)}
    exec(lines, known)
    assert known["operation"].name == name


@pytest.mark.parametrize("name", names())
def test_every_convention_is_explained(name):
    text = entry(name)
    for line in text.splitlines():
        if line.startswith("- `") and " = " in line:
            assert len(line.rpartition("`:")[2].strip()) > 3 or "- `" in text, line
            assert "ee ``reference." not in line
    assert "```text\n" in text


@pytest.mark.parametrize("name", names())
def test_every_entry_names_its_source_or_says_what_it_is(name):
    found = component(create(name))
    assert found.summary.endswith(".")


def test_the_rest_is_listed_with_an_example():
    listed = {thing.__name__ for _, thing in others()}
    assert {"minibatches", "Sequential", "Node", "digits"} <= listed


def test_the_list_names_every_operation(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["reference"])
    text = capsys.readouterr().out
    assert all(f"- `{name}`: " in text for name in names())


def test_one_operation_is_explained(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["reference", "momentum"])
    text = capsys.readouterr().out
    assert "v = mu*v - lr*g" in text
    assert '`form = "velocity"`' in text


def test_an_unknown_operation_is_refused_with_one_that_is_near(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["reference", "momentun"])
    assert stopped.value.code
    assert "Did you mean momentum" in capsys.readouterr().err


def test_sections_and_parameters_are_read_from_a_docstring():
    def thing():
        """Do this
        and that.

        More.

        Parameters
        ----------
        a, b
            Both alike,
            on two lines.
        c
            Another.

        Notes
        -----
        A note.
        """

    found = read(thing)
    assert found.summary == "Do this and that."
    assert found.body == "More."
    assert found.parameters == {
        "a": "Both alike,\non two lines.",
        "b": "Both alike,\non two lines.",
        "c": "Another.",
    }
    assert found.sections["Notes"] == "A note."
