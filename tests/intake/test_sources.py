"""Decoding and parsing of Python files."""

import pytest

from grader.errors import RefusedError
from grader.intake import prepare, sources

NESTED = b"[" * 50_000
FAR = b'{"name": "x", "message": "m", "line": Infinity, "column": 0, "text": ""}'


class Answering:
    """A parser that says the same to everything."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def ask(self, request: bytes) -> bytes:
        return self._answer


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


def test_a_parser_that_dies_is_a_refusal(monkeypatch):
    monkeypatch.setattr(sources, "_parser", Answering(b""))
    error = refusal(b"x = 1\n")
    assert error.code == "syntax-error"
    assert error.message == (
        "Python cannot read mlp.py: it is nested too deeply or is too large."
    )


@pytest.mark.parametrize(
    "answer",
    [
        b"[1]",
        b'{"name": "x"}',
        b"not json",
        b'{"line": []}',
        b"\xff",
        FAR,
        b"[" * 50_000,
    ],
)
def test_a_strange_answer_of_the_parser_is_a_refusal(monkeypatch, answer):
    monkeypatch.setattr(sources, "_parser", Answering(answer))
    assert refusal(b"x = 1\n").code == "syntax-error"


def test_of_several_files_the_first_that_has_a_problem_is_named():
    files = [("a.py", b"x = 1\n"), ("b.py", b"y = \n"), ("c.py", b"z = (\n")]
    problem = sources.first_problem(files)
    assert problem is not None
    assert (problem.name, problem.line) == ("b.py", 1)


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
