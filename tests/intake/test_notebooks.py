"""Notebooks become plain Python whose lines can be traced to cells."""

import json

import pytest

from grader.errors import RefusedError
from grader.intake import prepare
from grader.intake.notebooks import to_script


def notebook(*cells: dict, **top: object) -> bytes:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **top}
    ).encode()


def code(source: object, **fields: object) -> dict:
    return {
        "cell_type": "code",
        "metadata": {},
        "execution_count": 1,
        "outputs": [],
        "source": source,
        **fields,
    }


def text(source: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def refusal(data: bytes) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        prepare({"hw.ipynb": data}, entry="mlp.py")
    return caught.value


def test_only_code_cells_are_joined_under_numbered_comments():
    script = to_script(
        "hw.ipynb",
        notebook(
            text("# Title"), code("x = 1\ny = 2"), text("more"), code(["z", " = 3"])
        ),
    )
    assert script.source == "# cell 1\nx = 1\ny = 2\n\n# cell 2\nz = 3\n"
    assert script.notices == ()


def test_a_line_of_the_joined_file_leads_back_to_its_cell():
    script = to_script("hw.ipynb", notebook(code("x = 1\ny = 2"), code("z = 3")))
    lines = script.source.split("\n")
    assert script.cells.place(lines.index("y = 2") + 1) == "cell 1, line 2"
    assert script.cells.place(lines.index("z = 3") + 1) == "cell 2, line 1"
    assert script.cells.place(0) == ""


def test_commands_are_counted_in_one_notice():
    prepared = prepare(
        {"mlp.ipynb": notebook(code("%matplotlib inline\n!ls"), code("x = 1\n%pwd"))},
        entry="mlp.py",
    )
    assert prepared.notices == (
        "mlp.ipynb was loaded as mlp.py.",
        "3 notebook commands in mlp.ipynb were not run: lines with % or ! work in a "
        "notebook only.",
    )


def test_outputs_are_ignored_and_the_upload_is_kept():
    output = {"output_type": "stream", "name": "stdout", "text": "SECRET"}
    data = notebook(code("x = 1", outputs=[output]))
    prepared = prepare({"mlp.ipynb": data}, entry="mlp.py")
    assert b"SECRET" not in prepared.files["mlp.py"]
    assert prepared.originals == {"mlp.ipynb": data}


def test_seven_megabytes_of_outputs_are_no_obstacle():
    image = {"output_type": "display_data", "metadata": {}, "data": {}}
    image["data"] = {"image/png": "iVBORw0KGgo" * (700 << 10)}
    data = notebook(code("x = 1", outputs=[image]))
    prepared = prepare({"mlp.ipynb": data}, entry="mlp.py")
    assert len(data) > 7 << 20
    assert prepared.files == {"mlp.py": b"# cell 1\nx = 1\n"}


def test_windows_line_ends_and_a_byte_order_mark_are_fine():
    data = b"\xef\xbb\xbf" + notebook(code("x = 1\r\ny = 2\r\n"))
    assert to_script("hw.ipynb", data).source == "# cell 1\nx = 1\ny = 2\n\n"


def test_a_notebook_of_format_3_is_upgraded():
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "metadata": {},
                "cells": [
                    {
                        "cell_type": "code",
                        "language": "python",
                        "metadata": {},
                        "collapsed": False,
                        "input": "x = 1",
                        "outputs": [],
                        "prompt_number": 1,
                    }
                ],
            }
        ],
    }
    assert "x = 1" in to_script("hw.ipynb", json.dumps(old).encode()).source


@pytest.mark.parametrize(
    "data",
    [
        b"not json",
        b"[]",
        b"{}",
        b'"text"',
        b"null",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"nbformat": 4, "nbformat_minor": ' + b"9" * 5000 + b', "cells": []}',
        b'{"nbformat": 4}',
        b'{"nbformat": 99, "cells": []}',
        b'{"nbformat": "4", "cells": []}',
        b'{"nbformat": [], "cells": []}',
        b'{"nbformat": 3, "worksheets": 7, "metadata": {}}',
        b'{"nbformat": 4, "cells": 7}',
        b'{"nbformat": 4, "cells": [7]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
        b'{"nbformat": 4, "metadata": [], "cells": []}',
        b'{"nbformat": 4, "metadata": {"kernelspec": 3}, "cells": []}',
        notebook(code(3)),
        notebook(code({"a": 1})),
        notebook(code(["x", 3])),
        notebook(code("x = '\ud800'")),
    ],
)
def test_what_is_no_notebook_is_refused(data):
    assert refusal(data).code == "bad-notebook"


@pytest.mark.parametrize("cells", [(), (text("only words"),), (code("  \n"),)])
def test_a_notebook_without_code_is_refused(cells):
    error = refusal(notebook(*cells))
    assert error.code == "bad-notebook"
    assert error.message == "hw.ipynb has no code cells."


def test_a_notebook_of_another_language_is_refused():
    data = notebook(code("x <- 1"), metadata={"language_info": {"name": "R"}})
    assert refusal(data).message == (
        "hw.ipynb is a notebook for r; this assignment is in Python."
    )


def test_a_notebook_that_is_not_utf_8_is_refused():
    assert refusal(notebook(code("x")).replace(b"x", b"\xff")).code == "not-utf8"


def test_a_null_byte_in_a_cell_is_refused():
    assert refusal(notebook(code("x = '\0'"))).code == "null-byte"
