"""The modular MLP: its solution, starter and samples are graded as they say."""

import re

import nbformat
import numpy as np

from grader.report import ReportStatus, Verdict
from tests.assignments_shipped.grading import graded, loaded, samples, solution

SLUG = "modular-mlp"
ASSIGNMENT = loaded(SLUG)
ENTRY = ASSIGNMENT.spec.submission.entry
SOLUTION = solution(SLUG)


def test_the_points_sum_to_one_hundred():
    assert ASSIGNMENT.max_score == 100


def test_the_starter_scores_nothing_and_says_what_is_missing(jail):
    report = graded(SLUG, dict(ASSIGNMENT.starter), jail)
    assert report.status is ReportStatus.GRADED
    assert report.score == 0
    by_verdict = {r.verdict for r in report.results if r.check != "interface"}
    assert by_verdict == {Verdict.ERRORED, Verdict.SKIPPED}
    unfilled = [r for r in report.results if "NotImplementedError" in r.message]
    assert {r.check for r in unfilled} == {
        check.id
        for check in ASSIGNMENT.check_list
        if check.kind not in {"interface", "gradcheck"}
    }


def test_single_precision_passes_with_a_notice(jail):
    sample = samples(SLUG)["right-float32"]
    report = graded(SLUG, dict(sample.files), jail)
    noticed = {r.check for r in report.results if "notice" in r.evidence}
    assert {"linear-forward", "linear-backward", "cross-entropy"} <= noticed


def test_the_notebook_sample_is_a_valid_notebook():
    (text,) = samples(SLUG)["right-notebook"].files.values()
    notebook = nbformat.reads(text.decode(), as_version=4)
    nbformat.validate(notebook)
    assert {cell.cell_type for cell in notebook.cells} == {"code", "markdown"}


def test_the_points_in_the_handout_are_those_of_the_checks():
    rows = re.findall(r"^\| (.+?) \| (\d+) \|$", ASSIGNMENT.handout, re.MULTILINE)
    stated = {title: float(points) for title, points in rows}
    assert stated == {check.title: check.max_points for check in ASSIGNMENT.check_list}
    assert f"| **Sum** | **{ASSIGNMENT.max_score:.0f}** |" in ASSIGNMENT.handout


def test_the_points_in_the_headings_are_those_of_the_parts():
    totals: dict[str, float] = {}
    for check in ASSIGNMENT.check_list:
        name = "Training" if check.kind == "training" else check.component
        totals[name] = totals.get(name, 0.0) + check.max_points
    del totals[""]
    headings = re.findall(r"^#+ (.+) \((\d+) points", ASSIGNMENT.handout, re.MULTILINE)
    stated = {
        name: float(points)
        for names, points in headings
        for name in re.split(r", | and ", names)
    }
    assert stated == totals


def test_the_handout_names_everything_that_is_called():
    names = [component.name for component in ASSIGNMENT.spec.components]
    assert all(f"`{name}(" in ASSIGNMENT.handout for name in [*names, "train"])


def test_the_slope_test_of_the_handout_accepts_the_solution(capsys):
    (program,) = re.findall(r"```python\n(.*?)```", ASSIGNMENT.handout, re.DOTALL)
    module: dict[str, object] = {}
    exec(compile(SOLUTION[ENTRY], ENTRY, "exec"), module)
    program = program.replace("from mlp import Tanh\n", "")
    exec(compile(program, "handout", "exec"), {"Tanh": module["Tanh"]})
    assert float(capsys.readouterr().out) < 1e-8


def test_starter_and_solution_have_the_same_names():
    def public(source: bytes) -> set[str]:
        module: dict[str, object] = {}
        exec(compile(source, ENTRY, "exec"), module)
        return {
            name
            for name, value in module.items()
            if not name.startswith("_") and value is not np
        }

    starter = ASSIGNMENT.starter[ENTRY]
    assert public(starter) == public(SOLUTION[ENTRY])
