"""Submissions that mean no harm and are broken, or merely look odd."""

from tests.jail.battery.entry import (
    ERRORED,
    FAILED,
    HONEST,
    PASSED,
    WRONG,
    Attack,
    harmless,
    in_forward,
    stopped,
    unloadable,
)

RIGHT = "The output of forward is right."
NO_FILES = "Files cannot be read or written here"
NOT_HERE = "is not available here"


def right(id: str, what: str, source: str, **rest: object) -> Attack:
    return Attack(
        id=id,
        what=what,
        source=source,
        verdicts=(PASSED, PASSED),
        words=RIGHT,
        **rest,  # type: ignore[arg-type]
    )


def answer(id: str, what: str, expression: str, words: str) -> Attack:
    """Return an entry whose forward returns this, which is no right answer."""
    return stopped(id, what, f"return {expression}", words)


def _edited(old: str, new: str) -> str:
    assert old in HONEST
    return HONEST.replace(old, new)


NO_BACKWARD = HONEST[: HONEST.index("    def backward")]

ATTACKS: tuple[Attack, ...] = (
    unloadable("B1", "syntax error", "def f(:", "SyntaxError (mlp.py, line 1)"),
    unloadable("B1-null", "null byte", "x = 1\0", "null byte"),
    unloadable("B1-python-2", "Python 2", 'print "hello"', "SyntaxError"),
    unloadable(
        "B1-tabs", "tabs and spaces", "if 1:\n\tx = 1\n        y = 2", "TabError"
    ),
    unloadable("B1-codec", "codec that is none", "# coding: rot13\nx = 1", "encoding"),
    right("B1-bom", "byte order mark", f"\ufeff{HONEST}"),
    right("B1-crlf", "Windows line ends", HONEST.replace("\n", "\r\n")),
    right(
        "B1-fullwidth",
        "full-width names",
        _edited("class Tanh", "class \uff34\uff41\uff4e\uff48"),
    ),
    unloadable("B2", "missing module", "import torch", NOT_HERE),
    stopped("B2-late", "missing module, later", "import pandas", NOT_HERE),
    unloadable("B2-name", "forgets NumPy", "x = np.ones(3)", "NameError"),
    unloadable("B2-relative", "relative import", "from . import layers", "ImportError"),
    Attack(
        id="B3",
        what="class missing",
        source="class Tahn: pass",
        verdicts=(ERRORED, ERRORED),
        words="Tahn",
    ),
    Attack(
        id="B3-method",
        what="backward missing",
        source=NO_BACKWARD,
        verdicts=(PASSED, ERRORED),
        words="backward",
    ),
    Attack(
        id="B3-no-class",
        what="module in place of the class",
        source="import math as Tanh",
        verdicts=(ERRORED, ERRORED),
        words="Creating Tanh raised TypeError: 'module' object is not callable.",
    ),
    Attack(
        id="B4",
        what="wrong number of arguments",
        source=_edited("def forward(self, x)", "def forward(self, x, y, z)"),
        verdicts=(ERRORED, ERRORED),
        words="missing 2 required positional arguments: 'y' and 'z'",
    ),
    Attack(
        id="B4-construct",
        what="constructor that wants more",
        source=f"{HONEST}    def __init__(self, size): pass",
        verdicts=(ERRORED, ERRORED),
        words="missing 1 required positional argument: 'size'",
    ),
    Attack(
        id="B5",
        what="wrong shape",
        source=_edited("return self.t\n", "return self.t.ravel()\n"),
        verdicts=(FAILED, PASSED),
        words="shape",
    ),
    Attack(
        id="B6",
        what="NaN",
        source=_edited("self.t = np.tanh(x)", "self.t = np.tanh(x) * np.nan"),
        verdicts=(FAILED, FAILED),
        words="nan",
    ),
    Attack(
        id="B6-infinity",
        what="infinity at one place",
        source=_edited(
            "return self.t\n",
            "y = self.t.copy(); y.flat[0] = np.inf; return y\n",
        ),
        verdicts=(FAILED, PASSED),
        words="inf",
    ),
    Attack(
        id="B9",
        what="None",
        source=_edited("return self.t\n", "pass\n"),
        verdicts=(ERRORED, ERRORED),
        words="Is a return statement missing?",
    ),
    right(
        "B9-list",
        "list of right numbers",
        _edited("np.tanh(x)", "np.tanh(x)").replace(
            "return self.t\n", "return self.t.tolist()\n"
        ),
    ),
    answer("B9-tuple", "tuple", "np.tanh(x), 3", "a tuple of 2"),
    answer("B9-text", "text", "'0.5'", "a str; expected an array"),
    answer("B9-dict", "dict", "{'out': x}", "a dict; expected an array"),
    answer("B9-ragged", "ragged list", "[[1.0], [2.0, 3.0]]", "different lengths"),
    answer("B9-function", "function", "np.tanh", "expected an array"),
    answer("B9-class", "class", "np.ndarray", "expected an array"),
    answer("B9-generator", "generator", "(v for v in x)", "a generator"),
    answer("B9-set", "set", "{1.0}", "a set; expected an array"),
    Attack(
        id="B9-scalar",
        what="one number",
        source=in_forward("return 0.5"),
        verdicts=(FAILED, ERRORED),
        words="shape",
    ),
    Attack(
        id="B9-coroutine",
        what="async forward",
        source=_edited("    def forward", "    async def forward"),
        verdicts=(ERRORED, ERRORED),
        words="coroutine",
    ),
    Attack(
        id="B9-yield",
        what="yields the answer",
        source=_edited("return self.t\n", "yield self.t\n"),
        verdicts=(ERRORED, ERRORED),
        words="a generator",
    ),
    harmless("B10", "prints much", "for n in range(20_000): print(n)"),
    unloadable("B11", "asks for input", "rate = float(input('rate? '))", "no keyboard"),
    stopped("B12", "reads a data file", "np.loadtxt('train.csv')", NO_FILES),
    stopped("B12-open", "opens a file", "open('mnist.pkl', 'rb')", NO_FILES),
    unloadable("B13", "magic in a .py file", "%matplotlib inline", "SyntaxError"),
    right(
        "B17",
        "helper file, main guard and a test at the top",
        "from layers import Tanh\nprint(Tanh().forward(0.5))\n"
        "if __name__ == '__main__':\n    raise SystemExit('never')",
        files=(("layers.py", HONEST.encode()),),
    ),
    right("B17-slow", "training at import", f"{HONEST}\nsum(range(1 << 20))"),
    unloadable(
        "B17-circle",
        "two files that import each other",
        "from layers import Tanh",
        "circular import",
        files=(("layers.py", b"from mlp import rate"),),
    ),
    unloadable(
        "B17-self", "imports itself", f"from mlp import Tanh\n{HONEST}", "circular"
    ),
    right(
        "B18",
        "own files named like modules of the standard library that we need",
        f"import json, random\njson.dumps(random.random())\n{HONEST}",
        files=tuple(
            (f"{name}.py", b"mine = True")
            for name in ("random", "json", "struct", "codecs", "linecache", "os")
        ),
    ),
    Attack(
        id="B18-numpy",
        what="own file named numpy.py",
        source=HONEST,
        verdicts=(PASSED, PASSED),
        words=RIGHT,
        files=(("numpy.py", b"def tanh(x): return 0"),),
    ),
    stopped(
        "B19",
        "recursion without end",
        "return attack(x)",
        "A function calls itself without end.",
    ),
    right(
        "B19-warnings",
        "flood of warnings",
        HONEST.replace(
            "return self.t\n",
            "import warnings\n"
            "        for n in range(2000): warnings.warn(f'careful {n}')\n"
            "        return self.t\n",
        ),
    ),
    right(
        "B20",
        "state that is kept between two calls",
        f"{HONEST}\nTanh.calls = 0\nold = Tanh.forward\n"
        "def forward(self, x):\n    Tanh.calls += 1\n    return old(self, x)\n"
        "Tanh.forward = forward",
    ),
    unloadable("B21", "exit at the end", f"{HONEST}\nexit()", "exit"),
    stopped("B21-late", "exit in forward", "sys.exit(3)", "Remove the call of exit"),
    unloadable(
        "B21-options",
        "reads the command line",
        "import argparse\np = argparse.ArgumentParser()\n"
        "p.add_argument('data')\np.parse_args()",
        "ended the program",
    ),
    stopped("B22", "assertion", "assert x is None", "raised AssertionError (mlp.py"),
    stopped(
        "B22-long",
        "message of a megabyte",
        "raise ValueError('long ' * 200_000)",
        "raised ValueError",
    ),
    stopped("B22-text", "raises text", "raise 'wrong'", "TypeError"),
    stopped(
        "B23",
        "stop of an iteration",
        "next(iter([]))",
        "raised StopIteration (mlp.py",
    ),
    right(
        "B24",
        "every floating point error raised",
        f"import numpy as np\nnp.seterr(all='raise')\n{HONEST}",
    ),
    right(
        "B25",
        "its own subclass of an array",
        _edited("np.tanh(x)", "np.matrix(np.tanh(x))").replace(
            "(1 - self.t ** 2)", "np.asarray(1 - np.square(self.t))"
        ),
    ),
    Attack(
        id="B26",
        what="plain mistakes",
        source=WRONG,
        verdicts=(FAILED, FAILED),
        words="entry [",
    ),
    right("B27", "not one mistake", HONEST),
    right(
        "B28",
        "parts of NumPy that nobody else has imported yet",
        f"import numpy.testing, numpy.ma, numpy.polynomial, unittest, json\n{HONEST}",
    ),
)
