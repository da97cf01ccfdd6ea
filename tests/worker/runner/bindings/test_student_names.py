"""A binding sees the student's module: every name, or a sentence."""

import pytest

from grader.contract.messages import Phase
from tests.worker.runner.bindings.asking import student
from worker.runner import faults
from worker.runner.bindings.binding_tools import WrongCallError
from worker.runner.bindings.student_names import MissingNameError, StudentNames

SOURCE = """
RATE = 0.5
class Net:
    pass
def affine_forward(x, w):
    return x * w * RATE
"""


def names() -> StudentNames:
    return StudentNames(student(SOURCE))


def test_a_function_can_be_called_as_usual():
    assert names().affine_forward(2, w=3) == 3


def test_a_class_and_a_value_are_the_students_own():
    seen = names()
    assert isinstance(seen.Net(), seen.Net)
    assert seen.RATE == 0.5


@pytest.mark.parametrize(
    "definition", ["np.maximum", "np.vectorize(abs)", "partial(abs)", "abs"]
)
def test_what_stands_for_a_function_is_called_like_one(definition):
    source = f"import numpy as np\nfrom functools import partial\nf = {definition}"
    with pytest.raises((TypeError, WrongCallError)) as raised:
        StudentNames(student(source)).f("no", "numbers", "at", "all")
    assert faults.describe(raised.value, Phase.CALL, set())["fault.kind"] != "Binding"


def test_an_object_of_the_students_own_keeps_its_attributes():
    source = "class Net:\n    rate = 3\n    def __call__(self): pass\nnet = Net()"
    assert StudentNames(student(source)).net.rate == 3


def test_a_missing_name_says_what_is_there_and_what_may_be_meant():
    with pytest.raises(MissingNameError) as refusal:
        _ = names().affine_foward
    assert str(refusal.value) == (
        "affine_foward was not found. Your file has: Net, affine_forward. Did you "
        "mean affine_forward?"
    )


def test_a_missing_name_can_be_asked_about():
    seen = names()
    assert not hasattr(seen, "dropout")
    assert getattr(seen, "dropout", None) is None


def test_a_wrong_number_of_arguments_is_a_sentence():
    with pytest.raises(WrongCallError, match=r"affine_forward takes \(x, w\)"):
        names().affine_forward(1)


def test_a_value_can_be_set_for_the_students_code_to_read():
    seen = names()
    seen.RATE = 2
    assert seen.affine_forward(2, 3) == 12


def test_the_names_that_are_defined_are_listed():
    assert dir(names()) == ["Net", "affine_forward"]
