"""What is not there is explained by what it is: a framework, Python 2, a lost file."""

import pytest

from worker.runner.missing_names import hint


def said(source: str) -> str:
    try:
        exec(source, {})
    except (ImportError, NameError, AttributeError) as error:
        return hint(error)
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        ("jax.numpy", "jax is not available here: the gradients are to be your own"),
        ("chainer", "chainer is not available here: the gradients are to be your own"),
        ("sympy", "sympy is not available here, only NumPy and the standard library."),
        ("plotly.express", "Please remove the plots"),
        ("winreg", "Please do without winreg."),
        ("cPickle", "cPickle is Python 2; in Python 3, which runs your code, it is p"),
        ("my_own_layers.conv", "If my_own_layers.py is a file of yours, please hand"),
    ],
)
def test_a_missing_module_is_explained(module: str, sentence: str) -> None:
    error = ModuleNotFoundError(f"No module named {module!r}", name=module)
    assert sentence in hint(error)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("xrange(3)", "in Python 3, which runs your code, it is range."),
        ("{}.iteritems()", "in Python 3, which runs your code, it is items."),
        ("{}.has_key(1)", "in Python 3, which runs your code, it is the operator in."),
        ("from itertools import izip", "it is zip."),
    ],
)
def test_names_of_python_2_are_recognised(source: str, sentence: str) -> None:
    assert said(source).endswith(sentence)


@pytest.mark.parametrize(
    "source",
    ["no_such_name", "[].iteritems()", "from math import no_such_name", "().x = 1"],
)
def test_other_names_are_left_to_pythons_own_words(source: str) -> None:
    assert said(source) == ""


def test_a_relative_import_needs_no_dot() -> None:
    assert "without the dot" in said("__package__ = ''\nfrom .layers import Linear")


def test_a_library_of_the_system_that_is_not_there_is_not_the_students_fault() -> None:
    error = ImportError("libtk8.6.so: cannot open shared object file", name="_tkinter")
    assert hint(error) == "This part of the standard library cannot be used here."
