"""What a student hands in, and the one sentence that answers a mistake."""

import json

import pytest

from grader.errors import RefusedError
from grader.intake import Prepared, prepare

GOOD = b"class Linear:\n    pass\n"


def refusal(uploads: dict[str, bytes], **options: int) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        prepare(uploads, entry="mlp.py", **options)
    error = caught.value
    assert error.message.endswith((".", "?"))
    assert "\n" not in error.message
    return error


def notebook(*cells: str) -> bytes:
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"c{i}",
                    "metadata": {},
                    "execution_count": None,
                    "outputs": [],
                    "source": source,
                }
                for i, source in enumerate(cells)
            ],
        }
    ).encode()


def test_a_file_named_as_the_entry_is_taken_as_it_is():
    prepared = prepare({"mlp.py": GOOD}, entry="mlp.py")
    assert prepared == Prepared({"mlp.py": GOOD}, "mlp.py", (), {"mlp.py": GOOD})


def test_a_single_file_of_any_name_is_loaded_as_the_entry_and_the_student_is_told():
    prepared = prepare({"My Work (2).PY": GOOD}, entry="mlp.py")
    assert prepared.files == {"mlp.py": GOOD}
    assert prepared.originals == {"My Work (2).PY": GOOD}
    assert prepared.notices == ("My Work (2).PY was loaded as mlp.py.",)


def test_helper_modules_stay_beside_the_entry():
    prepared = prepare(
        {"layers.py": GOOD, "mlp.py": b"import layers\n"}, entry="mlp.py"
    )
    assert set(prepared.files) == {"mlp.py", "layers.py"}
    assert prepared.entry == "mlp.py"


def test_a_notebook_of_the_entrys_name_counts_as_the_entry():
    prepared = prepare(
        {"mlp.ipynb": notebook("import layers"), "layers.py": GOOD}, entry="mlp.py"
    )
    assert b"import layers" in prepared.files["mlp.py"]


def test_python_wins_over_a_notebook_of_the_same_name():
    prepared = prepare({"mlp.ipynb": notebook("x = 1"), "mlp.py": GOOD}, entry="mlp.py")
    assert prepared.files == {"mlp.py": GOOD}
    assert prepared.notices == (
        "mlp.ipynb was ignored because mlp.py was handed in too.",
    )


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("C:\\Users\\me\\mlp.py", "mlp.py"),
        ("../../etc/mlp.py", "mlp.py"),
        ("ml\x1b[31mp\r\n.py", "ml[31mp.py"),
        ("\u202emlp.py", "mlp.py"),
        (".py", "unnamed.py"),
        ("x" * 500 + ".py", "x" * 97 + ".py"),
    ],
)
def test_path_parts_and_control_characters_are_dropped_from_names(sent, shown):
    assert list(prepare({sent: GOOD}, entry="mlp.py").originals) == [shown]


@pytest.mark.parametrize("uploads", [{}, {"": b""}])
def test_nothing_chosen_is_refused(uploads):
    assert refusal(uploads).code == "no-file"


@pytest.mark.parametrize("name", ["report.pdf", "mlp.pyc", "mlp", "mlp.tar.gz", "py"])
def test_other_kinds_of_files_are_refused_by_name(name):
    error = refusal({name: b"%PDF"})
    assert error.code == "wrong-type"
    assert name in error.message


def test_a_zip_together_with_files_is_refused():
    assert refusal({"a.zip": b"PK", "mlp.py": GOOD}).code == "wrong-type"


@pytest.mark.parametrize("name", ["mlp.py", "mlp.ipynb", "mlp.zip"])
def test_an_empty_file_is_refused(name):
    error = refusal({name: b""})
    assert error.code == "empty-file"
    assert name in error.message


def test_an_entry_of_blank_lines_counts_as_empty():
    assert refusal({"mlp.py": b" \n\n"}).code == "empty-file"


def test_an_empty_package_marker_is_allowed():
    prepared = prepare({"mlp.py": GOOD, "__init__.py": b""}, entry="mlp.py")
    assert prepared.files["__init__.py"] == b""


def test_exactly_the_largest_size_is_accepted_and_one_byte_more_is_refused():
    assert prepare({"mlp.py": GOOD}, entry="mlp.py", max_bytes=len(GOOD))
    assert refusal({"mlp.py": GOOD}, max_bytes=len(GOOD) - 1).code == "too-large"


def test_the_size_counts_over_all_files():
    uploads = {f"{name}.py": b"#" * 3_000_000 for name in "abc"}
    error = refusal(uploads)
    assert error.code == "too-large"
    assert error.message == "Your upload has 8.6 MB; at most 8 MB are accepted."


def test_a_large_notebook_gets_the_advice_to_clear_its_outputs():
    assert "clearing the outputs" in refusal({"a.ipynb": b" " * (9 << 20)}).message


def test_more_files_than_fifty_are_refused():
    assert refusal({f"m{i}.py": GOOD for i in range(51)}).code == "too-large"


def test_two_files_of_one_name_are_refused():
    assert refusal({"a/mlp.py": GOOD, "b/MLP.py": GOOD}).code == "duplicate-names"


def test_without_an_entry_the_names_that_were_found_are_listed():
    error = refusal({"layers.py": GOOD, "train.py": GOOD})
    assert error.code == "missing-entry"
    assert "layers.py, train.py" in error.message
    assert "mlp.py" in error.message


def test_a_long_list_of_names_is_cut():
    error = refusal({f"m{i}.py": GOOD for i in range(9)})
    assert "m4.py and 4 more" in error.message


def test_a_syntax_error_shows_the_line_and_a_caret_under_the_students_own_name():
    error = refusal({"work.py": b"x = 1\nclass A\n    pass\n"})
    assert error.code == "syntax-error"
    assert error.message == "work.py is not valid Python: line 2: expected ':'."
    assert error.detail == "work.py, line 2\n    class A\n           ^\nexpected ':'"


def test_a_syntax_error_in_a_helper_names_the_helper():
    error = refusal({"mlp.py": GOOD, "layers.py": b"def f(:\n"})
    assert error.message.startswith("layers.py is not valid Python: line 1: ")


def test_a_syntax_error_in_a_notebook_names_the_cell():
    error = refusal({"hw.ipynb": notebook("x = 1\ny = 2", "# next\nx = (1,\n")})
    assert error.code == "syntax-error"
    assert error.message == (
        "hw.ipynb is not valid Python: cell 2, line 2: '(' was never closed."
    )


def test_nothing_in_a_file_is_run(tmp_path):
    target = tmp_path / "touched"
    source = f"open({str(target)!r}, 'w').close()\nraise SystemExit(3)\n"
    prepare({"mlp.py": source.encode()}, entry="mlp.py")
    assert not target.exists()
