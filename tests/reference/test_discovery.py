import sys
from importlib import import_module

import pytest

from reference.discovery import modules, public_classes

SOURCE = """
from abc import ABC, abstractmethod
from decimal import Decimal

class Base(ABC):
    @abstractmethod
    def act(self): ...

class Found(Base):
    def act(self): ...

class _Hidden: ...

number = 1
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "discovered"
    folder.mkdir()
    (folder / "__init__.py").write_text("class Outside: ...")
    (folder / "second.py").write_text("from discovered.first import Found")
    (folder / "first.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("discovered")
    for name in [name for name in sys.modules if name.startswith("discovered")]:
        del sys.modules[name]


def test_modules_come_in_order_of_name(package):
    names = [module.__name__ for module in modules(package)]
    assert names == ["discovered.first", "discovered.second"]


def test_only_concrete_public_classes_count_and_only_once(package):
    assert [cls.__name__ for cls in public_classes(package)] == ["Found"]
