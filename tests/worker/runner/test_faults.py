"""A fault says what happened, where in the student's file, and what to look at."""

import os
from collections.abc import Iterator

import pytest

from grader.contract.messages import Phase
from worker.runner import faults
from worker.runner.loader import load

pytestmark = pytest.mark.usefixtures("clean_interpreter")


def fault_of(source: str, name: str = "mlp.py") -> dict[str, str]:
    files = {name: source.encode()}
    try:
        student, _ = load(files, name)
        student.f()
    except BaseException as error:  # noqa: BLE001 - whatever the student's code raises
        return faults.describe(error, Phase.FORWARD, files)
    raise AssertionError("nothing was raised")


def test_the_innermost_place_in_the_students_file_is_named() -> None:
    found = fault_of(
        "import numpy as np\n"
        "def g(a):\n"
        "    return np.linalg.inv(a)\n"
        "def f():\n"
        "    return g(np.zeros((2, 3)))\n"
    )
    assert (found["fault.file"], found["fault.line"]) == ("mlp.py", "3")
    assert found["fault.kind"] == "LinAlgError"
    assert found["fault.phase"] == "forward"


def test_the_traceback_has_the_students_frames_only() -> None:
    found = fault_of("import json\ndef f():\n    json.loads('{')\n")
    text = found["fault.traceback"]
    assert 'File "mlp.py", line 3, in f' in text
    assert "json.loads('{')" in text
    assert "decoder.py" not in text
    assert "JSONDecodeError" in text


def test_a_syntax_error_shows_its_line_and_caret() -> None:
    found = fault_of("x = 1\ndef f(:\n")
    assert (found["fault.kind"], found["fault.line"]) == ("SyntaxError", "2")
    assert "^" in found["fault.traceback"]


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("def f(): exit()", "Your code called exit()"),
        ("def f(): input()", "no keyboard"),
        ("def f(): raise MemoryError", "more memory than is available"),
        ("def f(): import torch_of_nobody", "Only NumPy, the standard library"),
        ("def f(): import matplotlib.pyplot_", "Please remove the plots"),
        ("def f(): open('/no/such/file')", "Files cannot be read or written here"),
        ('def f(): raise RuntimeError("can\'t start new thread")', "Threads are not"),
        ("def f(): f()", "calls itself without end"),
        ("def f(): raise PermissionError(1, 'no')", "The system refuses this here"),
    ],
)
def test_what_a_jail_refuses_is_explained(
    source: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_keyboard(*_: object) -> str:
        raise EOFError("EOF when reading a line")

    monkeypatch.setattr("builtins.input", no_keyboard)
    assert hint in fault_of(source)["fault.message"]


def test_the_network_and_processes_are_explained_by_who_was_asked() -> None:
    network = (
        "import socket\n"
        "class S(socket.socket):\n"
        "    def __init__(self): pass\n"
        "def f():\n"
        "    exec('raise PermissionError(1, \"no\")', vars(socket))\n"
    )
    assert "network" in fault_of(network)["fault.message"]
    process = (
        "import subprocess\n"
        "def f():\n"
        "    exec('raise PermissionError(1, \"no\")', vars(subprocess))\n"
    )
    assert "processes" in fault_of(process)["fault.message"]


def test_other_system_errors_are_left_alone() -> None:
    found = fault_of("def f(): raise OSError(5, 'broken')")
    assert found["fault.message"] == "[Errno 5] broken"


def test_an_exception_that_cannot_be_shown_is_still_a_fault() -> None:
    found = fault_of(
        "class Bad(Exception):\n"
        "    def __str__(self):\n"
        "        raise SystemExit\n"
        "def f():\n"
        "    raise Bad\n"
    )
    assert found["fault.kind"] == "Bad"
    assert found["fault.message"] == "The exception itself could not be shown."


def test_texts_are_cut() -> None:
    found = fault_of("def f(): raise ValueError('x' * 100_000)")
    assert len(found["fault.message"]) <= faults.LONGEST_MESSAGE
    assert len(found["fault.traceback"]) <= faults.LONGEST_TRACEBACK


def test_memory_is_given_back_before_the_fault_is_told() -> None:
    files = {"mlp.py": b"def f():\n    hog = bytearray(10)\n    raise MemoryError\n"}
    student, _ = load(files, "mlp.py")
    try:
        student.f()
    except MemoryError as error:
        found = faults.describe(error, Phase.CALL, files)
        frame = error.__traceback__
        assert frame is not None
        assert frame.tb_next is not None
        assert "hog" not in frame.tb_next.tb_frame.f_locals
    assert found["fault.kind"] == "MemoryError"


def test_our_own_sentences_need_no_traceback() -> None:
    found = faults.describe(
        faults.MissingError("Linear was not found."), Phase.CONSTRUCT, ()
    )
    assert found["fault.kind"] == "Missing"
    assert found["fault.message"] == "Linear was not found."
    assert found["fault.traceback"] == ""


def test_a_stop_of_an_iteration_is_told_as_it_was_raised() -> None:
    def binding() -> Iterator[object]:
        yield student.f()

    files = {"mlp.py": b"def f():\n    return next(iter([]))\n"}
    student, _ = load(files, "mlp.py")

    with pytest.raises(RuntimeError) as caught:
        next(binding())

    found = faults.describe(caught.value, Phase.FORWARD, files)
    assert (found["fault.kind"], found["fault.line"]) == ("StopIteration", "2")


def test_no_folder_of_this_machine_is_told() -> None:
    found = fault_of("def f():\n    from json import nothing\n")

    assert "json/__init__.py" in found["fault.message"]
    assert os.path.dirname(os.__file__) not in str(found)


def test_a_data_file_that_numpy_does_not_find_is_told_as_one() -> None:
    found = fault_of("import numpy as np\ndef f(): np.loadtxt('no-such-file.csv')\n")

    assert "Files cannot be read or written here" in found["fault.message"]
