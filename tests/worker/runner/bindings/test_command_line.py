"""A student's file run as a program, with arguments and files."""

import sys

import numpy as np
import pytest

from worker.runner import faults, loader
from worker.runner.bindings import binding_tools, command_line, foreign
from worker.runner.bindings.command_line import run_program
from worker.runner.bindings.student_names import StudentNames

ADDS = """
import sys
import numpy as np

def main():
    source, target, factor = sys.argv[1:]
    numbers = np.loadtxt(source)
    print("read", len(numbers))
    with open(target, "w") as file:
        for place, number in enumerate(numbers, start=1):
            file.write(f"line={place}  value: {number * float(factor)}\\n")

if __name__ == "__main__":
    main()
"""


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(command_line._Entry, "imported", True)


def loaded(source: str, *, imported: bool = True, **others: str):
    files = {"tool.py": source.encode()}
    files |= {f"{name}.py": text.encode() for name, text in others.items()}
    module, _ = loader.load(files, "tool.py", imported=imported)
    return module


def test_arguments_and_files_go_in_and_files_come_out():
    student = StudentNames(loaded(ADDS))
    ran = run_program(student, ["in.txt", "out.txt", 2], {"in.txt": "1.5\n-2\n"})
    table = ran.table("out.txt", "line={} value: {}")
    assert np.array_equal(table, [[1, 3.0], [2, -4.0]])
    assert ran.printed == "read 2\n"


def test_each_run_begins_anew():
    counting = "import part\npart.runs.append(1)\nopen('n', 'w').write(str(part.runs))"
    student = loaded(counting, imported=False, part="runs = []")
    texts = [run_program(student, [], {}).text("n") for _ in range(2)]
    assert texts == ["[1]", "[1]"]


def test_everything_is_as_before_when_the_program_has_ended():
    student = loaded("import sys\nsys.stdout = None\nsys.argv.clear()", imported=False)
    before = sys.modules["__main__"], sys.argv, sys.stdout, sys.stderr, open
    run_program(student, [1], {})
    assert (sys.modules["__main__"], sys.argv, sys.stdout, sys.stderr, open) == before


@pytest.mark.parametrize("leaving", ["sys.exit()", "sys.exit(0)", "pass"])
def test_a_program_may_end_by_itself(leaving):
    student = loaded(f"import sys\nopen('done', 'w')\n{leaving}", imported=False)
    assert run_program(student, [], {}).text("done") == ""


def test_another_status_is_told_with_the_last_line_that_was_printed():
    student = loaded(
        "import sys\nprint('starting')\nsys.exit('too few arguments')", imported=False
    )
    with pytest.raises(command_line.StatusError) as error:
        run_program(student, [], {})
    assert str(error.value) == (
        "tool.py ended with status 1; expected 0. The last line that it printed is "
        '"too few arguments".'
    )


def test_argparse_ends_a_program_with_its_own_status():
    student = loaded(
        "import argparse\np = argparse.ArgumentParser()\n"
        "p.add_argument('rate', type=float)\np.parse_args()",
        imported=False,
    )
    with pytest.raises(command_line.StatusError, match=r"status 2; .*rate: invalid"):
        run_program(student, ["fast"], {})


def test_what_a_program_raises_has_its_line():
    student = loaded("\nopen('valid.csv')", imported=False)
    with pytest.raises(FileNotFoundError) as error:
        run_program(student, [], {"train.csv": ""})
    texts = faults.describe(error.value, binding_tools.Phase.CALL, {"tool.py": b""})
    assert (texts["fault.file"], texts["fault.line"]) == ("tool.py", "2")
    assert texts["fault.message"] == (
        "there is no file 'valid.csv'; the files are train.csv"
    )


def test_a_file_that_was_not_written_is_missed_by_name():
    ran = run_program(loaded("open('other', 'w')", imported=False), [], {})
    with pytest.raises(faults.MissingError) as error:
        ran.text("metrics")
    assert str(error.value) == "tool.py did not write metrics. The files are other."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Epoch 1: 0.5", 'Its first line is "Epoch 1: 0.5".'),
        ("", "It is empty."),
    ],
)
def test_a_file_in_another_form_is_told_with_its_first_line(text, shown):
    source = f"open('m', 'w').write({text!r})"
    ran = run_program(loaded(source, imported=False), [], {})
    with pytest.raises(faults.BadOutputError) as error:
        ran.table("m", "epoch={} loss: {}")
    assert str(error.value) == f'm has no line like "epoch=... loss: ...". {shown}'


def test_numbers_are_read_however_they_are_written():
    source = "open('m', 'w').write('1e-3\\n-.5\\n+2.\\nnan\\n-inf\\nthree')"
    ran = run_program(loaded(source, imported=False), [], {})
    found = ran.table("m", "{}")[:, 0]
    assert np.array_equal(found, [1e-3, -0.5, 2, np.nan, -np.inf], equal_nan=True)


def test_a_program_without_a_guard_is_left_alone_until_it_is_run():
    foreign.load(b"from binding_tools import program\nprogram()")
    student = loaded("raise SystemExit", imported=command_line.entry_is_imported())
    assert run_program(student, [], {}).files == {}


def test_the_next_binding_imports_again():
    foreign.load(b"from binding_tools import program\nprogram()")
    foreign.load(b"")
    assert command_line.entry_is_imported()


def test_a_program_that_is_not_imported_must_still_be_python():
    with pytest.raises(SyntaxError):
        loaded("def (:", imported=False)


def test_only_the_beginning_of_a_flood_is_kept():
    source = "for _ in range(3000): print('x' * 1000)"
    ran = run_program(loaded(source, imported=False), [], {})
    assert 1_000_000 < len(ran.printed) < 1_100_000
