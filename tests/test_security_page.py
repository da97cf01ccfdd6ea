"""The page about security names tests that exist, and says what is not met."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/security.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
TRIED = re.findall(r"(?m)^\| (\d+) \| .* \| (.*) \|$", PAGE.partition("## OWASP")[0])
REQUIRED = re.findall(r"(?m)^\| (\d+\.\d+\.\d+) \| .* \| (.*) \|$", PAGE)
LEVEL_3 = PAGE.partition("## Nine of level 3")[2]


@cache
def functions_in(path: str) -> set[str]:
    file = ROOT / path
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE)
    assert len(set(named)) > 100
    assert [
        (path, name) for path, name in named if name not in functions_in(path)
    ] == []


def test_each_of_the_twenty_rows_is_there_once_and_held_by_a_test() -> None:
    assert [int(number) for number, _ in TRIED] == [*range(1, 21)]
    assert [number for number, held in TRIED if not NAMED.search(held)] == []


def test_each_requirement_is_held_by_a_test_or_says_why_not() -> None:
    bare = [
        number
        for number, held in REQUIRED
        if not NAMED.search(held)
        and not re.match(r"(\*\*not met\*\*|by review): \S.{8}", held)
    ]
    numbers = [number for number, _ in REQUIRED]
    assert bare == []
    assert len(numbers) == len(set(numbers))
    assert len(numbers) > 140


def test_nine_of_level_3_are_there() -> None:
    assert len(re.findall(r"(?m)^\| \d+\.\d+\.\d+ \|", LEVEL_3)) == 9


def test_every_module_of_tests_for_security_is_named() -> None:
    modules = {path.name for path in (ROOT / "tests/security").glob("test_*.py")}
    named = {path.rpartition("/")[2] for path, _ in NAMED.findall(PAGE)}
    assert len(modules) > 8
    assert modules <= named
