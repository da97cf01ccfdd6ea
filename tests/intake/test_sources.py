"""Decoding and parsing of Python files."""

import subprocess
import sys

import pytest

from grader.errors import RefusedError
from grader.intake import prepare, sources


def refusal(data: bytes) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        prepare({"mlp.py": data}, entry="mlp.py")
    return caught.value


def test_a_byte_order_mark_is_accepted_and_dropped():
    prepared = prepare({"mlp.py": b"\xef\xbb\xbfx = 1\n"}, entry="mlp.py")
    assert prepared.files["mlp.py"] == b"x = 1\n"


def test_a_coding_line_is_obeyed_and_then_says_utf_8():
    data = "#!/usr/bin/python\n# -*- coding: latin-1 -*-\nname = 'Zoë'\n".encode(
        "latin-1"
    )
    stored = prepare({"mlp.py": data}, entry="mlp.py").files["mlp.py"]
    assert stored.decode() == (
        "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nname = 'Zoë'\n"
    )
    names: dict[str, str] = {}
    exec(compile(stored, "mlp.py", "exec"), names)
    assert names["name"] == "Zoë"


def test_a_coding_line_below_the_second_line_is_text():
    data = b"#\n#\n# coding: latin-1\n"
    assert prepare({"mlp.py": data}, entry="mlp.py").files["mlp.py"] == data


@pytest.mark.parametrize(
    "data",
    [
        "x = 'Zoë'".encode("latin-1"),
        "x = 1".encode("utf-16"),
        "x = 1".encode("utf-16-be"),
        b"# coding: nonsense\nx = 1\n",
        b"# coding: zlib_codec\nx = 1\n",
        b"# coding: punycode\nx = 1\n",
        b"# coding: utf-7\nx = 1\n",
        b"# coding: ascii\nx = '\xff'\n",
        b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
    ],
)
def test_what_is_not_utf_8_is_refused(data):
    assert refusal(data).code in {"not-utf8", "null-byte"}


def test_the_line_of_the_first_bad_byte_is_named():
    error = refusal(b"x = 1\ny = '\xe9'\n")
    assert error.code == "not-utf8"
    assert error.detail == "line 2 holds the byte 0xe9"


def test_a_null_byte_is_refused():
    assert refusal(b"x = 1\0\n").code == "null-byte"


@pytest.mark.parametrize(
    "source",
    [
        "print 'hello'\n",
        "def f():\n    print x\n",
        "exec 'x = 1'\n",
        "try:\n    pass\nexcept ValueError, error:\n    pass\n",
        "raise ValueError, 'no'\n",
        "mode = 0777\n",
        "if a <> b:\n    pass\n",
        "count = 10L\n",
        "mask = 0xFFL\n",
        "pattern = ur'x'\n",
        "text = `x`\n",
        "def f((a, b)):\n    pass\n",
        "order = sorted(d, key=lambda (k, v): v)\n",
    ],
)
def test_python_2_is_recognised(source):
    error = refusal(source.encode())
    assert error.code == "syntax-error"
    assert "looks like Python 2" in error.message


@pytest.mark.parametrize(
    "source",
    [
        "return 1\n",
        "nonlocal x\n",
        "  x = 1\n",
        "if True:\n\tx = 1\n        y = 2\n",
        "x = 'abc\n",
        "x = \u200b1\n",
        "x = $\n",
        "'''never closed",
        "def f(a, a): pass\n",
    ],
)
def test_every_kind_of_syntax_error_ends_in_one_sentence(source):
    error = refusal(source.encode())
    assert error.code == "syntax-error"
    assert error.message.count("\n") == 0
    assert error.message.startswith("mlp.py is not valid Python: line ")


@pytest.mark.parametrize(
    "source",
    [
        "(" * 150 + ")" * 150,
        "-" * 200_000 + "1",
        "x = " + "[" * 90 + "]" * 90 + "+" + "1+" * 50_000 + "1",
        "x" + ".y" * 100_000,
        "if x:\n"
        + "".join(" " * i + "if x:\n" for i in range(1, 110))
        + " " * 110
        + "1",
        "x = " + "9" * 100_000,
    ],
    ids=["brackets", "signs", "sum", "attributes", "blocks", "number"],
)
def test_hostile_nesting_is_answered_not_suffered(source):
    problem = sources.first_problem([("mlp.py", source.encode())])
    assert problem is None or problem.message


def test_a_parser_that_dies_is_a_refusal(monkeypatch, tmp_path):
    killed = tmp_path / "parser.py"
    killed.write_text("import os\nos.kill(os.getpid(), 11)\n")
    monkeypatch.setattr(sources, "_PARSER", killed)
    error = refusal(b"x = 1\n")
    assert error.code == "syntax-error"
    assert error.message == (
        "Python cannot read mlp.py: it is nested too deeply or is too large."
    )


def test_a_parser_that_hangs_is_stopped(monkeypatch, tmp_path):
    endless = tmp_path / "parser.py"
    endless.write_text("while True: pass\n")
    monkeypatch.setattr(sources, "_PARSER", endless)
    monkeypatch.setattr(sources, "PARSE_SECONDS", 0.2)
    assert refusal(b"x = 1\n").code == "syntax-error"


@pytest.mark.parametrize(
    "answer", ["null", "[1]", '{"name": "x"}', "not json", '{"line": []}']
)
def test_a_strange_answer_of_the_parser_is_a_refusal(monkeypatch, tmp_path, answer):
    strange = tmp_path / "parser.py"
    strange.write_text(f"print({answer!r})\n")
    monkeypatch.setattr(sources, "_PARSER", strange)
    assert refusal(b"x = 1\n").code == "syntax-error"


def test_the_parser_runs_with_limits_and_without_our_packages():
    script = (
        "import runpy, resource, sys; "
        f"m = runpy.run_path({str(sources._PARSER)!r}); m['limit'](); "
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], "
        "resource.getrlimit(resource.RLIMIT_FSIZE)[0], 'grader' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True
    )
    assert done.stdout.split() == [str(512 << 20), "0", "False"]


def test_the_caret_stays_below_its_place_on_a_very_long_line():
    error = refusal(b"x = [" + b"1, " * 400 + b"$]\n")
    line, caret = error.detail.split("\n")[1:3]
    assert len(line) <= 164
    assert line[caret.index("^")] == "$"


def test_control_characters_never_reach_the_detail():
    error = refusal(b"x = '\x1b[31m' $\n")
    assert "\x1b" not in error.detail


def test_a_problem_without_a_place_has_no_caret():
    assert sources.SyntaxProblem("mlp.py", "odd").caret() == ""
    assert sources.SyntaxProblem("mlp.py", "odd", 1, 0, "x = 1").caret() == "    x = 1"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"x = 1\n", None),
        (b"x = (\n", "'(' was never closed"),
        (b"x = 1\0\n", "source code string cannot contain null bytes"),
        (b"-" * 200_000 + b"1", "it is nested too deeply or is too large"),
    ],
    ids=["right", "open", "null", "deep"],
)
def test_the_parser_reports_the_first_problem(source, message):
    script = (
        "import runpy, sys; "
        f"m = runpy.run_path({str(sources._PARSER)!r}); "
        "found = m['problem']('mlp.py', sys.stdin.buffer.read()); "
        "print(found and found['message'])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], input=source, capture_output=True
    )
    assert done.stdout.decode().strip() == str(message)
