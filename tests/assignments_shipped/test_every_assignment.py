"""Each shipped assignment: solution, starter and samples are graded as they say."""

import re

import pytest
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader import intake
from grader.report import ReportStatus, Verdict
from tests.assignments_shipped.grading import (
    SAMPLES,
    SLUGS,
    graded,
    loaded,
    refusal,
    samples,
    solution,
)
from tests.assignments_shipped.hasty import HastyJail
from tests.assignments_shipped.hidden import given_away


@pytest.mark.parametrize("slug", SLUGS)
def test_the_solution_scores_everything(jail, slug):
    report = graded(slug, solution(slug), jail)
    wrong = [r for r in report.results if r.verdict is not Verdict.PASSED]
    assert not wrong
    assert report.score == report.max_score == loaded(slug).max_score


@pytest.mark.parametrize("slug", SLUGS)
def test_the_starter_can_be_graded_and_leaves_something_to_do(jail, slug):
    report = graded(slug, dict(loaded(slug).starter), jail)
    assert report.status is ReportStatus.GRADED
    assert report.score < report.max_score / 2


@pytest.mark.parametrize(("slug", "name"), SAMPLES)
def test_a_sample_is_graded_or_refused_as_it_states(jail, slug, name):
    sample = samples(slug)[name]
    code = refusal(slug, dict(sample.files))
    assert code == sample.refused
    if code is not None:
        return
    # Right code may need all of its time, and is waited for.
    given = HastyJail(jail) if name.startswith("broken-") else jail
    report = graded(slug, dict(sample.files), given)
    assert report.status is ReportStatus.GRADED
    assert sample.surprises(report) == []
    assert all(result.message.endswith((".", "?")) for result in report.results)
    assert given_away(report) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_samples_are_right_in_two_styles_and_wrong_in_three_ways(slug):
    names = list(samples(slug))
    assert sum(name.startswith("right-") for name in names) >= 2
    assert sum(name.startswith("wrong-") for name in names) >= 3


@pytest.mark.parametrize(("slug", "name"), SAMPLES)
def test_a_graded_sample_states_its_score(slug, name):
    sample = samples(slug)[name]
    assert (sample.expected_score is None) == (sample.refused is not None)


@pytest.mark.parametrize("slug", SLUGS)
def test_wrong_samples_say_which_mistake_is_recognised(slug):
    named = [one for name, one in samples(slug).items() if name.startswith("wrong-")]
    parts = [spec.to_component() for spec in loaded(slug).spec.components]
    # Nobody has a library of mistakes in layers that only one assignment has.
    all_unknown = parts and not any(part.reference().has_answer for part in parts)
    assert any(sample.diagnoses for sample in named) or all_unknown


@pytest.mark.parametrize("slug", SLUGS)
def test_every_formula_of_a_handout_becomes_mathml(slug):
    parser = MarkdownIt().enable("table").use(dollarmath_plugin, allow_labels=False)
    tokens = list(parser.parse(loaded(slug).handout))
    tokens += [child for token in tokens for child in token.children or ()]
    formulas = [t.content for t in tokens if t.type in {"math_inline", "math_block"}]
    leftovers = [f for f in formulas if re.search(r"\\[a-z]", convert(f.strip()))]
    assert loaded(slug).handout.startswith("# ")
    assert leftovers == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_upload_of_the_solution_passes_intake_without_changes(slug):
    entry = loaded(slug).spec.submission.entry
    prepared = intake.prepare(solution(slug), entry=entry)
    assert prepared.entry == entry
