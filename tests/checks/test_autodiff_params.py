"""What an assignment may say about an engine, and how it is refused."""

import pytest

from grader.assignments import load_files
from grader.errors import AssignmentError
from tests.checks.autodiff_grading import ARRAY, WIDE, assignment

TEXT = """format = 1
slug = "under-test"
title = "Under test"
[submission]
entry = "engine.py"
[binding]
use = "{binding}"
[[check]]
id = "engine"
kind = "autodiff"
component = "Value"
engine = "{engine}"
operations = {operations}
{extra}
points = {points}
"""


def refusal(
    operations=("add", "multiply"),
    engine="scalar",
    points="{ chain = 1 }",
    binding="scalar_graph",
    extra="",
):
    text = TEXT.format(
        operations=list(operations),
        engine=engine,
        points=points,
        binding=binding,
        extra=extra,
    )
    with pytest.raises(AssignmentError) as caught:
        load_files({"assignment.toml": text.encode()})
    return " ".join(caught.value.problems)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"operations": ["add"]}, "'multiply' must be among them"),
        (
            {"operations": ["add", "multiply", "matmul"]},
            "unknown operation 'matmul'; known are: add, subtract",
        ),
        (
            {"operations": ["add", "multiply"], "engine": "array"},
            "'sum' must be among them",
        ),
        ({"extra": 'names = { gradient = "g" }'}, "must be data, grad, backward"),
        ({"points": "{ products = 1 }"}, "unknown quantity; known are: values, chain"),
        ({"points": "3"}, "must be a table with numbers for: values, chain"),
        (
            {"binding": "layer_classes"},
            "'autodiff' cannot be asked through the binding 'layer_classes'; use "
            "scalar_graph or array_graph, or an own binding.py",
        ),
        ({"extra": "depth = 10"}, "check[0].depth"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(given, sentence):
    assert sentence in refusal(**given)


def test_another_kind_cannot_be_asked_through_a_graph_binding():
    text = TEXT.format(
        operations=["add", "multiply"],
        engine="scalar",
        points="{ chain = 1 }",
        binding="scalar_graph",
        extra="",
    )
    text += '[[check]]\nid = "there"\nkind = "interface"\npoints = 1\n'
    with pytest.raises(AssignmentError) as caught:
        load_files({"assignment.toml": text.encode()})
    assert "'interface' cannot be asked through the binding 'scalar_graph'" in str(
        caught.value.problems
    )


def test_topics_follow_from_the_operations():
    few = assignment("array", ("add", "multiply", "sum"), ("chain",)).checks[0]
    many = assignment("array", WIDE, ("chain",)).checks[0]
    scalar = assignment("scalar", ("add", "multiply"), ("chain",)).checks[0]

    def topics(check):
        return set(type(check).quantities(check.params, {}))

    assert topics(many) - topics(few) == {"shapes", "products", "indexing", "detach"}
    assert topics(few) - topics(scalar) == {"broadcasting", "reductions"}


def test_an_own_binding_needs_one_function():
    text = TEXT.format(
        operations=["add", "multiply"],
        engine="scalar",
        points="{ chain = 1 }",
        binding="scalar_graph",
        extra="",
    ).replace('use = "scalar_graph"', 'file = "binding.py"')
    files = {"assignment.toml": text.encode(), "binding.py": b"def other(): pass\n"}
    with pytest.raises(AssignmentError) as caught:
        load_files(files)
    assert "has no function autodiff(student, ...)" in str(caught.value.problems)


def test_the_check_says_what_it_is_about():
    outline = assignment("array", ARRAY, ("chain",)).checks[0].outline
    assert outline.component == "Tensor"
    assert outline.title == "Tensor: automatic differentiation"
