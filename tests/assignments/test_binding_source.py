"""An assignment's own binding.py is read when the assignment is loaded, never run."""

import pytest

from grader.assignments import binding_source, load_files
from grader.checks import Component
from grader.errors import AssignmentError

LINEAR = Component("affine", "linear")
SGD = Component("sgd", "sgd")
XAVIER = Component("xavier", "xavier")
RIGHT = b"def linear(student, x, weight, bias, grad_out=None): ...\n"


def problems(source: bytes, *parts: Component) -> list[str]:
    actions = [part.operation for part in parts]
    return binding_source.problems(source, actions, parts)


@pytest.mark.parametrize(
    "source",
    [
        RIGHT,
        b"def linear(student, x, weight, bias, grad_out=None, *, options): ...",
        b"def linear(student, x, *, weight, bias, grad_out=None): ...",
        b"def linear(student, **arrays): ...",
        b"def linear(*arguments, **arrays): ...",
        b"linear = made_by_a_function('affine')",
        b"if True:\n    def linear(student, x): ...",
        b"from shared_bindings import linear",
        b"from shared_bindings import every as linear",
        b"from shared_bindings import *",
    ],
)
def test_every_way_to_define_a_function_is_accepted(source):
    assert problems(source, LINEAR) == []


def test_a_syntax_error_is_named_with_its_line():
    (found,) = problems(b"import numpy\ndef linear(student:\n    pass", LINEAR)
    assert found.startswith("line 2: is not valid Python: ")


@pytest.mark.parametrize("source", [b"return 1", b"x = 1\0", b"\xff"])
def test_what_cannot_be_compiled_is_refused(source):
    (found,) = problems(source)
    assert "is not valid Python: " in found


def test_a_function_that_checks_call_and_that_is_missing_is_named_once():
    found = binding_source.problems(RIGHT, ["linear", "train", "train"], [])
    assert found == ["has no function train(student, ...), which the checks call"]


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("student, x, weight, grad_out=None", "takes no argument 'bias', which it"),
        ("student, x, weight, bias", "takes no argument 'grad_out', which it"),
        ("student, x, weight, bias, grad_out", "needs 'grad_out', which is not given"),
        ("student, x, weight, bias, grad_out=None, *, W", "needs 'W', which is never"),
        ("", "its first argument must be the student's module"),
    ],
)
def test_a_function_that_takes_other_arrays_is_named_with_its_line(signature, reason):
    source = f"import numpy\n\ndef linear({signature}): ...\n"
    found = problems(source.encode(), LINEAR)
    assert len(found) == 1
    assert found[0].startswith("line 3: linear: ")
    assert reason in found[0]


@pytest.mark.parametrize(
    ("part", "signature"),
    [
        (SGD, "student, weight, bias, grad_weight, grad_bias, *, options"),
        (XAVIER, "student, shape"),
    ],
)
def test_optimizers_and_initialisers_are_always_given_everything(part, signature):
    source = f"def {part.operation}({signature}): ...\n"
    assert problems(source.encode(), part) == []


ASSIGNMENT = b"""
format = 1
slug = "under-test"
title = "Under test"
[binding]
file = "binding.py"
[[component]]
name = "affine"
operation = "linear"
[component.names]
grad_weight = "dw from affine_backward"
backward = "affine_backward"
[[check]]
id = "forward"
kind = "forward"
component = "affine"
points = 1
"""


def test_a_right_binding_comes_with_its_assignment():
    files = {"assignment.toml": ASSIGNMENT, "binding.py": RIGHT}
    assert load_files(files).binding_source == RIGHT


def test_a_wrong_binding_is_refused_with_the_file_that_names_it():
    files = {"assignment.toml": ASSIGNMENT, "binding.py": b"def liner(student): ..."}
    with pytest.raises(AssignmentError) as refusal:
        load_files(files)
    assert refusal.value.problems == [
        "assignment.toml, line 6: binding.file: has no function linear(student, ...), "
        "which the checks call"
    ]


def test_only_what_checks_are_about_must_be_there():
    extra = b'[[component]]\nname = "unused"\noperation = "relu"\n[[check]]'
    text = ASSIGNMENT.replace(b"[[check]]", extra)
    files = {"assignment.toml": text, "binding.py": RIGHT}
    assert load_files(files).spec.components[1].name == "unused"


def test_a_name_for_what_does_not_exist_is_refused():
    text = ASSIGNMENT.replace(b"grad_weight =", b"grad_wait =")
    with pytest.raises(AssignmentError) as refusal:
        load_files({"assignment.toml": text, "binding.py": RIGHT})
    (problem,) = refusal.value.problems
    assert problem.startswith("assignment.toml, line 11: component[0].names.grad_wait:")
    assert "known are: out, grad_x, grad_weight, grad_bias, weight, bias, " in problem
