"""IPython commands are disabled; Python that only looks like one is kept."""

import ast

import pytest

from grader.intake.magics import disable


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "!pip install numpy",
        "  %time fit()",
        "?np.dot",
        "np.dot??",
        "files = !ls",
        "a, b = %timeit -o f()",
        "%load_ext autoreload",
    ],
)
def test_a_command_becomes_a_harmless_line(line):
    kept, count = disable(
        f"if True:\n    x = 1\n{line}" if line[0] != " " else f"if 1:\n{line}"
    )
    assert count == 1
    ast.parse(kept)
    assert f"pass  # {line.strip()}" in kept


@pytest.mark.parametrize(
    "cell",
    [
        "x = (7\n% 4)",
        "x = 7 \\\n% 4",
        's = """\n%d items\n!stop\n"""',
        "s = '''a\n%s''' % 1",
        's = "(" # [ {\ny = 1',
        "x = 5 % 3\nok = x != 2",
        "s = r'\\'\nx = 1",
        's = """ \\""" \n% """',
    ],
)
def test_python_is_kept_letter_for_letter(cell):
    assert disable(cell) == (cell, 0)


def test_a_command_after_a_string_with_brackets_is_found():
    kept, count = disable('s = "([{"  # ((\n%matplotlib inline\n')
    assert count == 1
    assert kept.split("\n")[1] == "pass  # %matplotlib inline"


def test_a_comment_that_ends_in_a_backslash_continues_nothing():
    assert disable("# see C:\\\n%pwd")[1] == 1


def test_a_command_over_two_lines_counts_once():
    kept, count = disable("!pip install \\\n  numpy\nx = 1")
    assert (kept, count) == ("pass  # !pip install \\\n  # numpy\nx = 1", 1)


def test_a_timing_cell_keeps_its_python():
    assert disable("%%time\nx = 1\n%pwd") == ("# %%time\nx = 1\npass  # %pwd", 2)


def test_a_shell_cell_is_disabled_whole():
    assert disable("\n%%bash\nls\nrm -r x") == ("# \n# %%bash\n# ls\n# rm -r x", 1)


@pytest.mark.parametrize(
    "cell",
    [
        "'\\" * 200_000,
        "'" * 200_001,
        '"""' + "\\'" * 200_000,
        " " * 400_000,
        "(" * 300_000,
    ],
    ids=["escapes", "quotes", "long", "spaces", "brackets"],
)
def test_hostile_cells_are_read_once(cell):
    assert disable(cell)[0].count("\n") == cell.count("\n")
