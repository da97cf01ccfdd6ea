"""What the page of the lectures says is there, and an assignment may write it so."""

import inspect
import re
import tomllib
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from reference.operations import create
from tests.worker.runner.bindings.asking import ask
from worker.runner.bindings import foreign

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/lectures.md").read_text("utf-8")
FILES = {
    "McGill COMP 451, lecture 22": "test_comp451.py",
    "CMU 10-301/601, lecture 14": "test_cmu_10301.py",
    "Toronto CSC 311, lecture 6": "test_csc311*.py",
    "Colorado State CS 510, lecture 12": "test_cs510.py",
    "Penn CIS 4190/5190, lecture 12": "test_cis4190*.py",
}
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
CODE = re.compile(r"`([^`]*)`")


def rows(section):
    """Return the cells of every row of the tables of a section, without the heads."""
    found = []
    for line in section.splitlines():
        if line.startswith("| ---"):
            found.pop()
        elif line.startswith("|"):
            found.append([cell.strip() for cell in line.split("|")[1:-1]])
    return found


def said(row):
    """Return what a row says as a component of ``assignment.toml`` would."""
    text = ""
    for key, cell in zip(("operation", "convention"), row[1:], strict=True):
        value = CODE.fullmatch(cell)
        assert (value is None) == (cell == ""), row
        text += f"{key} = {value[1]}\n" if value else ""
    return tomllib.loads(text)


ITEMS = [
    pytest.param(title, said(row), id=f"{FILES[title]}: {row[0]}")
    for title in FILES
    for row in rows(SECTIONS[title])
    if len(row) == 3
]


def words(value):
    """Return every string in the values of a convention."""
    if isinstance(value, dict):
        return [word for one in value.values() for word in words(one)]
    return [value] if isinstance(value, str) else []


def test_every_lecture_has_a_section_of_several_items():
    assert [title for title in SECTIONS if title in FILES] == list(FILES)
    titles = [item.values[0] for item in ITEMS]
    assert all(titles.count(title) > 10 for title in FILES)


@pytest.mark.parametrize(("title", "component"), ITEMS)
def test_every_item_can_be_asked_for(title, component):
    operation = create(component["operation"], **component.get("convention", {}))
    assert operation.answer(operation.draw(np.random.default_rng(0)))


@pytest.mark.parametrize(("title", "component"), ITEMS)
def test_every_item_is_held_to_a_loop_in_the_file_of_its_lecture(title, component):
    files = (ROOT / "tests/reference/lectures").glob(FILES[title])
    text = "".join(file.read_text("utf-8") for file in files)
    for word in (component["operation"], *words(component.get("convention", {}))):
        assert f'"{word}"' in text


def test_every_procedure_is_there():
    procedures = set(re.findall(r"`(reference\.[\w.]+)`", PAGE))
    assert len(procedures) > 15
    for procedure in procedures:
        module, _, name = procedure.rpartition(".")
        assert hasattr(import_module(module), name), procedure


def test_the_examples_of_components_are_operations():
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    assert examples
    for example in examples:
        for component in tomllib.loads(example)["component"]:
            operation = create(component["operation"], **component["convention"])
            arrays = operation.draw(np.random.default_rng(0))
            assert set(component["construct"]) <= operation.sizes(arrays).keys()


AXES = rows(SECTIONS["Where a course differs otherwise"])


@pytest.mark.parametrize("row", AXES, ids=[row[0] for row in AXES])
def test_what_a_course_differs_in_is_a_convention_or_done_in_a_binding(row):
    _, conventions, binding = row
    assert conventions or binding
    for part in filter(None, conventions.split("; ")):
        operation, *known = CODE.findall(part)
        assert known
        assert (
            set(known) <= inspect.signature(type(create(operation))).parameters.keys()
        )


COLUMNS = """
import numpy as np

class Linear:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def forward(self, x):
        self.x = x
        return self.weight @ x + self.bias

    def backward(self, grad_out):
        self.dW = grad_out @ self.x.T
        self.db = grad_out.sum(axis=1, keepdims=True)
        return self.weight.T @ grad_out
"""


def test_the_binding_for_columns_gives_what_the_reference_expects():
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    operation = create("linear")
    arrays = operation.draw(np.random.default_rng(1))
    got = ask(foreign.load(source.encode()), COLUMNS, arrays)
    assert got.error is None
    for name, expected in operation.answer(arrays).items():
        np.testing.assert_allclose(got.arrays[name], expected, rtol=1e-12)
