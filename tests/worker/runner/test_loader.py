"""A submission is imported from memory as it would be from a folder."""

import sys
import traceback

import pytest

from worker.runner.loader import load, module_name

pytestmark = pytest.mark.usefixtures("clean_interpreter")


def test_the_entry_is_a_module_and_not_the_main_program() -> None:
    source = b"ran = []\nif __name__ == '__main__':\n    ran.append(1)\n"
    student, _ = load({"mlp.py": source}, "mlp.py")
    assert student.__name__ == "mlp"
    assert student.ran == []
    assert student.__file__ == "mlp.py"


def test_a_neighbour_can_be_imported() -> None:
    files = {"mlp.py": b"from layers_of_mine import one", "layers_of_mine.py": b"one=1"}
    student, _ = load(files, "mlp.py")
    assert student.one == 1


def test_packages_and_folders_can_be_imported() -> None:
    files = {
        "mlp.py": b"from net.layers import linear\nimport plain.deep\nx=plain.deep.x",
        "net/__init__.py": b"from .shared import two\n",
        "net/shared.py": b"two = 2",
        "net/layers.py": b"from . import two as linear",
        "plain/deep.py": b"x = 3",
    }
    student, _ = load(files, "mlp.py")
    assert (student.linear, student.x) == (2, 3)


def test_the_folder_of_the_entry_is_where_python_starts() -> None:
    files = {
        "src/mlp.py": b"import helpers_of_mine as h",
        "src/helpers_of_mine.py": b"",
    }
    student, _ = load(files, "src/mlp.py")
    assert student.h.__file__ == "src/helpers_of_mine.py"


def test_a_file_may_import_the_entry() -> None:
    files = {
        "mlp.py": b"one = 1\nimport reader_of_mine\nseen = reader_of_mine.seen",
        "reader_of_mine.py": b"import mlp\nseen = mlp.one",
    }
    assert load(files, "mlp.py")[0].seen == 1


def test_a_students_file_wins_over_the_standard_library() -> None:
    files = {
        "mlp.py": b"import colorsys\nmine = colorsys.mine",
        "colorsys.py": b"mine=1",
    }
    assert load(files, "mlp.py")[0].mine == 1


def test_protected_modules_stay() -> None:
    files = {"mlp.py": b"import sys\nok = hasattr(sys, 'path')", "sys.py": b""}
    assert load(files, "mlp.py", protected={"sys"})[0].ok


def test_a_traceback_shows_the_students_line() -> None:
    source = b"def forward(x):\n    return x / 0  # here\n"
    student, _ = load({"mlp.py": source}, "mlp.py")
    try:
        student.forward(1)
    except ZeroDivisionError:
        text = traceback.format_exc()
    assert 'File "mlp.py", line 2, in forward\n    return x / 0  # here' in text


def test_a_coding_line_is_respected() -> None:
    source = "# -*- coding: latin-1 -*-\nname = 'Grün'\n".encode("latin-1")
    assert load({"mlp.py": source}, "mlp.py")[0].name == "Grün"


def test_a_syntax_error_names_file_and_line() -> None:
    with pytest.raises(SyntaxError) as caught:
        load({"mlp.py": b"x = 1\ndef f(:\n"}, "mlp.py")
    assert (caught.value.filename, caught.value.lineno) == ("mlp.py", 2)


def test_exit_exists_and_leaves() -> None:
    with pytest.raises(SystemExit):
        load({"mlp.py": b"exit()"}, "mlp.py")


def test_missing_modules_are_reported_as_ever() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        load({"mlp.py": b"import no_such_module"}, "mlp.py")


def test_data_files_are_no_modules() -> None:
    files = {"mlp.py": b"", "notes.txt": b"import this"}
    _, finder = load(files, "mlp.py")
    assert finder.names == {"mlp"}


def test_the_source_can_be_inspected() -> None:
    import inspect

    student, _ = load({"mlp.py": b"def f():\n    return 1\n"}, "mlp.py")
    assert inspect.getsource(student.f) == "def f():\n    return 1\n"


@pytest.mark.parametrize(
    ("entry", "name"),
    [("mlp.py", "mlp"), ("a/b c-1.py", "b_c_1"), (".py", "entry")],
)
def test_any_file_name_becomes_a_module_name(entry: str, name: str) -> None:
    assert module_name(entry) == name


def test_the_module_can_be_found_again() -> None:
    student, _ = load({"mlp.py": b""}, "mlp.py")
    assert sys.modules["mlp"] is student
