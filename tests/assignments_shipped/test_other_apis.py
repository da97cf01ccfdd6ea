"""The examples with functions, optimizers and notebooks: starters and handouts."""

import ast

import pytest

from grader import engine, intake
from grader.assignments import load_files
from grader.report import ReportStatus, Verdict
from tests.assignments_shipped.grading import graded, loaded, solution

APIS = [
    "api-functions-with-cache",
    "api-functions-without-cache",
    "api-notebook-functions",
    "api-optimizers",
]


def public_names(slug: str, files: dict[str, bytes]) -> set[str]:
    entry = loaded(slug).spec.submission.entry
    prepared = intake.prepare(files, entry=entry)
    tree = ast.parse(prepared.files[prepared.entry])
    defined = (ast.FunctionDef, ast.ClassDef)
    names = {node.name for node in tree.body if isinstance(node, defined)}
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("slug", APIS)
def test_starter_and_solution_define_the_same_names(slug):
    starter = public_names(slug, dict(loaded(slug).starter))
    assert starter
    assert starter == public_names(slug, solution(slug))


@pytest.mark.parametrize("slug", APIS)
def test_the_handout_shows_how_everything_is_called(slug):
    handout = loaded(slug).handout
    starter = public_names(slug, dict(loaded(slug).starter))
    assert [name for name in starter if f"`{name}(" not in handout] == []


@pytest.mark.parametrize("slug", APIS)
def test_the_starter_earns_nothing_and_each_gap_is_named(jail, slug):
    report = graded(slug, dict(loaded(slug).starter), jail)
    judged = [r for r in report.results if r.max_points]
    gaps = [r for r in judged if "NotImplementedError" in r.message]
    assert report.score == 0
    assert {r.verdict for r in judged} == {Verdict.ERRORED}
    assert {r.check for r in gaps} == {r.check for r in judged}


def test_plots_and_commands_of_a_notebook_do_no_harm(jail):
    files = {"mine.ipynb": NOTEBOOK}
    report = graded("api-notebook-functions", files, jail)
    passed = {r.check for r in report.results if r.verdict is Verdict.PASSED}
    assert passed == {"relu-forward"}
    assert any("notebook commands" in notice for notice in report.notices)


def test_a_mistake_of_the_binding_costs_no_points_and_names_its_line(jail):
    slug = "api-optimizers"
    files = dict(loaded(slug).files)
    old, new = b'"learning_rate": lr, "momentum": mu', b'"learning_rate": eta'
    assert old in files["binding.py"]
    files["binding.py"] = files["binding.py"].replace(old, new)
    report = engine.grade(
        load_files(files),
        solution(slug),
        "optimizers.py",
        seed=3,
        jail=jail,
        only={"momentum", "adagrad"},
    )
    broken, right = report.results
    assert (broken.verdict, right.verdict) == (Verdict.BROKEN, Verdict.PASSED)
    assert "NameError: name 'eta' is not defined" in broken.evidence["binding"]
    assert report.status is ReportStatus.NEEDS_ATTENTION


NOTEBOOK = rb"""{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [],
"execution_count": 1, "source": [
"%matplotlib inline\n",
"!pip install something\n",
"import matplotlib.pyplot as plt\n",
"from course_plots import plot_costs\n",
"def relu(Z): return Z * (Z > 0)\n",
"figure, axes = plt.subplots()\n",
"axes.plot([1, 2])\n",
"plot_costs([3, 4])\n",
"plt.show()"]}],
"metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4, "nbformat_minor": 4}
"""
