"""Modules that do nothing, and modules of the course, for students to import."""

import sys

import pytest

from tests.worker.runner.bindings.asking import student
from worker.runner.bindings import binding_tools, module_stubs


@pytest.fixture(autouse=True)
def _restored_modules(monkeypatch):
    monkeypatch.setattr(sys, "modules", dict(sys.modules))


def test_plots_around_the_functions_do_nothing():
    binding_tools.stand_in("no_such_plots.pyplot")
    module = student("""
import no_such_plots.pyplot as plt
from no_such_plots import pyplot
from no_such_plots.pyplot import figure

plt.rcParams["figure.figsize"] = (5, 4)
fig, axes = plt.subplots(2, 2)
with plt.style.context("dark"):
    axes[0][1].plot([1, 2]).set_label("loss")
figure().savefig("loss.png")
drawn = plt.show()
""")
    assert isinstance(module.drawn, module_stubs.Nothing)


def test_a_module_of_the_course_has_what_it_is_given():
    binding_tools.supply("course_tools", double=lambda x: 2 * x)
    module = student("from course_tools import double\nfour = double(2)")
    assert module.four == 4


def test_a_package_that_exists_keeps_what_it_has():
    binding_tools.supply("json.extra", answer=42)
    module = student("import json\nfrom json.extra import answer\nx = json.dumps(1)")
    assert (module.answer, module.x) == (42, "1")


@pytest.mark.parametrize("name", ["__wrapped__", "__array__"])
def test_what_python_asks_about_is_not_there(name):
    with pytest.raises(AttributeError):
        module_stubs.nothing(name)
    assert not hasattr(module_stubs.Nothing(), name)
