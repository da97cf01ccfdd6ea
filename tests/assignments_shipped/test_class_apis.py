"""The examples with classes and with a whole program: starters, handouts, mistakes."""

import ast

import pytest

from grader.report import Verdict
from tests.assignments_shipped.grading import graded, loaded, samples, solution

APIS = [
    "api-layer-classes-negative-gradient",
    "api-layer-classes-one-over-n",
    "api-param-accumulation",
    "api-program",
]


def classes(source: bytes) -> dict[str, set[str]]:
    """Return the public methods of each class, and functions under an empty name."""
    tree = ast.parse(source)
    found: dict[str, set[str]] = {"": set()}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[""].add(node.name)
        elif isinstance(node, ast.ClassDef):
            found[node.name] = {
                one.name for one in node.body if isinstance(one, ast.FunctionDef)
            }
    return found


@pytest.mark.parametrize("slug", APIS)
def test_the_solution_has_every_method_of_the_starter(slug):
    entry = loaded(slug).spec.submission.entry
    starter = classes(loaded(slug).starter[entry])
    right = classes(solution(slug)[entry])
    missing = {name: starter[name] - right.get(name, set()) for name in starter}
    assert len(starter) > 3
    assert {name: gaps for name, gaps in missing.items() if gaps} == {}


@pytest.mark.parametrize("slug", APIS)
def test_the_handout_names_every_class_and_its_methods(slug):
    entry = loaded(slug).spec.submission.entry
    starter = classes(loaded(slug).starter[entry])
    methods = set.union(*(found for name, found in starter.items() if name))
    wanted = [*filter(None, starter), *(methods - {"__init__"})]
    assert [name for name in wanted if f"`{name}(" not in loaded(slug).handout] == []


@pytest.mark.parametrize("slug", APIS)
def test_the_starter_earns_nothing_and_each_gap_is_named(jail, slug):
    report = graded(slug, dict(loaded(slug).starter), jail)
    judged = [r for r in report.results if r.max_points]
    assert report.score == 0
    assert {r.verdict for r in judged} == {Verdict.ERRORED}
    assert all("NotImplementedError" in r.message for r in judged)


# One mistake in the words of each course: a gradient of a bias that is a mean where it
# must not be, and once more a mean where it is one already.
BIAS = {
    "api-layer-classes-negative-gradient": (
        "delta.mean(axis=0, keepdims=True)",
        "delta.mean(axis=0, keepdims=True) / len(delta)",
        "layer-backward",
    ),
    "api-layer-classes-one-over-n": (
        "dLdZ.sum(axis=0)[:, np.newaxis] / N",
        "dLdZ.mean(axis=0)[:, np.newaxis] / N",
        "linear-backward",
    ),
    "api-param-accumulation": (
        "d_out.sum(axis=0, keepdims=True)",
        "d_out.mean(axis=0, keepdims=True)",
        "dense-backward",
    ),
}


@pytest.mark.parametrize("slug", BIAS)
def test_an_averaged_bias_gradient_has_the_same_name_under_each_api(jail, slug):
    right, wrong, check = BIAS[slug]
    entry = loaded(slug).spec.submission.entry
    source = solution(slug)[entry].decode()
    assert source.count(right) == 1
    report = graded(slug, {entry: source.replace(right, wrong).encode()}, jail)
    (found,) = (
        r for r in report.results if (r.check, r.quantity) == (check, "grad_bias")
    )
    assert found.verdict is Verdict.FAILED
    assert found.diagnosis is not None
    assert found.diagnosis.id == "M15"


def test_a_layer_that_overwrites_its_gradients_fails_where_they_must_add_up(jail):
    files = dict(samples("api-param-accumulation")["wrong-overwrites"].files)
    report = graded("api-param-accumulation", files, jail)
    failed = {r.check for r in report.results if r.verdict is Verdict.FAILED}
    assert failed == {"dense-twice"}


def test_a_program_that_misses_a_file_is_told_which_files_there_are(jail):
    entry = "neuralnet.py"
    source = solution("api-program")[entry].decode()
    wrong = source.replace("X, y = read(train_in)", 'X, y = read("data/train.csv")')
    report = graded("api-program", {entry: wrong.encode()}, jail)
    (runs,) = (r for r in report.results if r.quantity == "runs")
    assert runs.verdict is Verdict.ERRORED
    assert runs.message == (
        "neuralnet.py raised FileNotFoundError (neuralnet.py, line 84): there is no "
        "file 'data/train.csv'; the files are train.csv, valid.csv."
    )
