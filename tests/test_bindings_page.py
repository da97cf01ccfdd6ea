"""The example in docs/bindings.md is a whole assignment that grades right code."""

import re
from pathlib import Path

import pytest

from grader import engine
from grader.assignments import Assignment, load_files
from grader.assignments.loader import SHIPPED
from tests.checks.fake_jail import FakeJail
from worker.runner.bindings import binding_tools

PAGE = (Path(__file__).parents[1] / "docs" / "bindings.md").read_text(encoding="utf-8")
SOLUTION = SHIPPED / "api-functions-with-cache" / "solution" / "layers.py"


@pytest.fixture(scope="module")
def example() -> Assignment:
    (binding,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    _, toml = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    return load_files(
        {"assignment.toml": toml.encode(), "binding.py": binding.encode()}
    )


def test_right_code_earns_everything(example):
    files = {"layers.py": SOLUTION.read_bytes()}
    report = engine.grade(example, files, "layers.py", seed=9, jail=FakeJail())
    assert report.score == report.max_score == 11


def test_the_sentences_are_those_that_students_read(example):
    source = SOLUTION.read_text(encoding="utf-8")
    wrong = {"dout.sum(axis=0)": "dout", "dout @ w.T, x.T @ dout, dout": "w, x"}
    read = []
    for old, new in wrong.items():
        files = {"layers.py": source.replace(old, new, 1).encode()}
        report = engine.grade(example, files, "layers.py", seed=9, jail=FakeJail())
        read += [result.message for result in report.results]
    shown = re.sub(r"\s+", " ", PAGE)
    quoted = re.findall(r'A student then reads "(.*?)", or "(.*?)"', shown)
    assert len(quoted) == 1
    assert all(any(one.startswith(text) for one in read) for text in quoted[0])


def test_every_tool_is_explained():
    told = re.findall(r"^\| `(\w+)[(`]", PAGE, flags=re.MULTILINE)
    missing = set(binding_tools.__all__) - set(told)
    assert missing == set()


def test_every_example_that_is_linked_is_shipped():
    linked = re.findall(r"\(\.\./assignments/(.*?)\)", PAGE)
    assert linked
    assert [slug for slug in linked if not (SHIPPED / slug).is_dir()] == []
