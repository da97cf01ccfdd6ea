"""Whose fault an exception is that comes out of a foreign binding."""

import numpy as np
import pytest

from grader.contract.messages import BINDING_FAULT, Phase
from tests.worker.runner.bindings.asking import ask
from worker.runner import faults
from worker.runner.bindings import foreign

FILES = {"mlp.py"}
BINDING = b"""
from binding_tools import call, unpack

def direct(student, x):
    return {"out": student.f(x)}

def unpacked(student, x):
    out, cache = student.f(x)
    return {"out": out}

def counted(student, x):
    out, cache = unpack(student.f(x), "out, cache", "f")
    return {"out": out}

def called(student, x):
    return {"out": call(student.Net, x)}

def own(student, x):
    student.f(x)
    return {"out": x["no such key"]}

def callback(student, x):
    return {"out": student.f(lambda value: value + None)}

def full(student, x):
    raise MemoryError
"""


def kind_of(source: str, action: str) -> dict[str, str]:
    binding = foreign.load(BINDING)
    got = ask(binding, source, {"x": np.arange(3.0)}, action=action)
    assert got.error is not None
    return faults.describe(got.error, Phase.CALL, FILES)


RETURNS_X = "def f(x): return x"


@pytest.mark.parametrize(
    ("source", "action", "kind"),
    [
        ("def f(x): return x.nothing", "direct", "AttributeError"),
        ("def f(): return 1", "direct", "WrongCall"),
        ("g = 1", "direct", "Missing"),
        (RETURNS_X, "counted", "BadOutput"),
        ("class Net: pass", "called", "WrongCall"),
        ("def f(value): return value(1)", "callback", "TypeError"),
        (RETURNS_X, "full", "MemoryError"),
    ],
)
def test_it_is_the_students_where_their_code_took_part(source, action, kind):
    assert kind_of(source, action)["fault.kind"] == kind


def test_it_is_the_students_where_their_function_has_no_lines():
    found = kind_of("import math\nf = math.sqrt", "direct")
    assert found["fault.kind"] == "TypeError"


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("own", "binding.py, line 20: IndexError: only integers"),
        ("unpacked", "binding.py, line 8: ValueError: too many values to unpack"),
        ("absent", "binding.py has no function absent"),
    ],
)
def test_it_is_the_bindings_where_no_students_code_took_part(action, reason):
    found = kind_of(RETURNS_X, action)
    assert found["fault.kind"] == BINDING_FAULT
    assert found["fault.message"].startswith(reason)
    assert found["fault.file"] == ""


def test_an_exception_that_refuses_a_mark_is_taken_as_it_is():
    source = """
class Odd(Exception):
    def __setattr__(self, name, value):
        raise RuntimeError
def f(x):
    raise Odd
"""
    assert kind_of(source, "direct")["fault.kind"] == "Odd"
