"""What some benchmarks need and only a checkout of the repository has: its tests."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click

_ROOT = Path(__file__).resolve().parents[2]


def module_of_tests(package: str, name: str) -> ModuleType:
    """Return a module of ``tests/PACKAGE``.

    Raises
    ------
    ClickException
        Where the repository is not there.
    """
    if not (_ROOT / "tests" / package).is_dir():
        raise click.ClickException(
            "This runs code that lies with the tests: run it in a checkout of the "
            "repository."
        )
    if str(_ROOT) not in sys.path:
        sys.path.insert(0, str(_ROOT))
    return import_module(f"tests.{package}.{name}")
