"""The modular MLP: its solution, starter and samples are graded as they say."""

import re

import nbformat
import numpy as np
import pytest
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader import assignments, engine, intake
from grader.contract.jail import Jail
from grader.errors import RefusedError
from grader.report import Report, ReportStatus, Verdict

SEED = 20
FOLDER = assignments.shipped("modular-mlp")
ASSIGNMENT = assignments.load_folder(FOLDER)
ENTRY = ASSIGNMENT.spec.submission.entry
SAMPLES = assignments.samples(FOLDER)
GRADED = [sample for sample in SAMPLES if sample.refused is None]
REFUSED = [sample for sample in SAMPLES if sample.refused is not None]
SOLUTION = {ENTRY: (FOLDER / "solution" / ENTRY).read_bytes()}


def graded(files: dict[str, bytes], jail: Jail, seed: int = SEED) -> Report:
    prepared = intake.prepare(files, entry=ENTRY)
    return engine.grade(
        ASSIGNMENT,
        prepared.files,
        prepared.entry,
        seed=seed,
        jail=jail,
        notices=prepared.notices,
    )


def named(sample: assignments.Sample) -> str:
    return sample.name


def test_the_points_sum_to_one_hundred():
    assert ASSIGNMENT.max_score == 100


@pytest.mark.parametrize("seed", [1, 2])
def test_the_solution_scores_everything(jail, seed):
    report = graded(SOLUTION, jail, seed)
    wrong = [r for r in report.results if r.verdict is not Verdict.PASSED]
    assert not wrong
    assert report.score == report.max_score


def test_the_starter_scores_nothing_and_says_what_is_missing(jail):
    report = graded(dict(ASSIGNMENT.starter), jail)
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


@pytest.mark.parametrize("sample", GRADED, ids=named)
def test_a_sample_is_graded_as_it_states(jail, sample):
    report = graded(dict(sample.files), jail)
    assert report.status is ReportStatus.GRADED
    assert sample.surprises(report) == []
    assert report.score == sample.expected_score


@pytest.mark.parametrize("sample", REFUSED, ids=named)
def test_a_sample_is_refused_as_it_states(sample):
    with pytest.raises(RefusedError) as refusal:
        intake.prepare(dict(sample.files), entry=ENTRY)
    assert refusal.value.code == sample.refused


def test_every_graded_sample_states_its_score():
    assert all(sample.expected_score is not None for sample in GRADED)


def test_a_wrong_answer_never_goes_without_a_sentence(jail):
    sample = next(s for s in GRADED if s.name == "wrong-bias-not-summed")
    report = graded(dict(sample.files), jail)
    assert all(result.message.endswith((".", "?")) for result in report.results)


def test_single_precision_passes_with_a_notice(jail):
    sample = next(s for s in GRADED if s.name == "right-float32")
    report = graded(dict(sample.files), jail)
    noticed = {r.check for r in report.results if "notice" in r.evidence}
    assert {"linear-forward", "linear-backward", "cross-entropy"} <= noticed


def test_the_notebook_sample_is_a_valid_notebook():
    (text,) = next(s for s in SAMPLES if s.name == "right-notebook").files.values()
    notebook = nbformat.reads(text.decode(), as_version=4)
    nbformat.validate(notebook)
    assert {cell.cell_type for cell in notebook.cells} == {"code", "markdown"}


def handout_tokens():
    parser = MarkdownIt().enable("table").use(dollarmath_plugin, allow_labels=False)
    for token in parser.parse(ASSIGNMENT.handout):
        yield token
        yield from token.children or ()


def test_every_formula_of_the_handout_becomes_mathml():
    formulas = [t for t in handout_tokens() if t.type in {"math_inline", "math_block"}]
    assert len(formulas) > 30
    for token in formulas:
        math = convert(token.content.strip())
        assert math.startswith("<math")
        assert not re.search(r"\\[a-z]", math)


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
