"""Wrong submissions that want to be taken for right ones, in the grader's process.

Most of them get full marks from a harness that shares a process with them; see
``tests/jail/same_process_harness.py``. In a jail there is nothing to get hold of.
"""

from tests.jail.battery.entry import (
    ERRORED,
    FAILED,
    PASSED,
    TOOLS,
    WRONG,
    Attack,
    rejected,
)

OFF = "has the right shape (5, 7), but entry ["


def real(id: str, what: str, body: str, **rest: object) -> Attack:
    """Return a forging entry that works where there is no wall."""
    return rejected(id, what, body, OFF, forges=True, **rest)


ATTACKS: tuple[Attack, ...] = (
    real(
        "F1",
        "leaves a results file when the process ends",
        """
import atexit
@atexit.register
def forge():
    try:
        with open("results.json", "w") as stream:
            stream.write('{"score": 6, "max_score": 6}')
    except OSError:
        pass
""",
    ),
    real(
        "F2",
        "makes every comparison come out right",
        "np.allclose = np.array_equal = lambda *_, **__: True\n"
        "np.testing.assert_allclose = lambda *_, **__: None",
    ),
    real(
        "F2-inner",
        "replaces what comparisons are made of",
        """
import builtins
core = sys.modules.get("numpy._core.numeric") or sys.modules["numpy.core.numeric"]
core.isclose = lambda a, b, *_, **__: np.ones(1, bool)
np.isclose = core.isclose
""",
    ),
    real(
        "F2-unittest",
        "makes assertions do nothing",
        """
import unittest
for name in vars(unittest.TestCase):
    if name.startswith("assert"):
        setattr(unittest.TestCase, name, lambda *_, **__: None)
""",
    ),
    real(
        "F2-result",
        "makes every test run a success",
        """
import unittest
unittest.TestResult.wasSuccessful = lambda self: True
unittest.TestResult.addFailure = lambda self, test, error: None
""",
    ),
    real(
        "F2-suite",
        "makes the suite run nothing",
        "import unittest\n"
        "unittest.TestSuite.run = lambda self, result, debug=False: result",
    ),
    real(
        "F2-json",
        "writes another score",
        """
import json
def dump(value, stream, **_):
    stream.write('{"score": 6, "max_score": 6}')
json.dump = dump
""",
    ),
    real(
        "F2-open",
        "hands out a file that knows better",
        """
import builtins, io
old = builtins.open
class Better(io.StringIO):
    def close(self):
        with old("results.json", "w") as stream:
            stream.write('{"score": 6}')
        super().close()
builtins.open = lambda path, *a, **k: (
    Better() if path == "results.json" else old(path, *a, **k))
""",
    ),
    real(
        "F2-tanh",
        "changes what the reference computes with",
        """
def mine(x):
    return 0.1 * x
np.tanh = mine
import __main__
if hasattr(__main__, "right_backward"):
    __main__.right_backward = lambda x, grad_out: 0.7 * grad_out
""",
    ),
    real(
        "F3-code",
        "gives the reference its own code",
        """
import gc, types
def forward(x): return 0.1 * x
def backward(x, grad_out): return 0.7 * grad_out
for found in gc.get_objects():
    if isinstance(found, types.FunctionType) and found.__name__.startswith("right_"):
        found.__code__ = (
            forward if found.__name__ == "right_forward" else backward).__code__
""",
    ),
    real(
        "F3-call",
        "asks the reference",
        """
import __main__
def forward(self, x):
    self.x = x
    ask = getattr(__main__, "right_forward", None)
    return ask(x) if ask else 0.1 * x
def backward(self, grad_out):
    ask = getattr(__main__, "right_backward", None)
    return ask(self.x, grad_out) if ask else 0.7 * grad_out
Tanh.forward, Tanh.backward = forward, backward
""",
    ),
    real(
        "F3-frames",
        "looks for the right answer in the frames that called it",
        """
def stolen(otherwise):
    frame = sys._getframe()
    while frame is not None:
        if "expected" in frame.f_locals:
            return frame.f_locals["expected"]
        frame = frame.f_back
    return otherwise
Tanh.forward = lambda self, x: stolen(0.1 * x)
Tanh.backward = lambda self, grad_out: stolen(0.7 * grad_out)
""",
    ),
    real(
        "F3-overwrite",
        "overwrites the right answer where it lies",
        """
def overwriting(answer):
    frame = sys._getframe()
    while frame is not None:
        found = frame.f_locals.get("expected")
        if found is not None:
            found[...] = answer
        frame = frame.f_back
    return answer
Tanh.forward = lambda self, x: overwriting(0.1 * x)
Tanh.backward = lambda self, grad_out: overwriting(0.7 * grad_out)
""",
    ),
    real(
        "F3-trace",
        "traces its caller and has it skip the tests",
        """
import unittest
def trace(frame, event, argument):
    if frame.f_code.co_name == "wasSuccessful":
        frame.f_locals["self"].failures.clear()
        frame.f_locals["self"].errors.clear()
sys.settrace(trace)
""",
    ),
    real(
        "F4-subclass",
        "answers with an array that says it is close to everything",
        """
class Close(np.ndarray):
    def __array_function__(self, function, types, arguments, keywords):
        return True
Tanh.forward = lambda self, x: (0.1 * x).view(Close)
Tanh.backward = lambda self, grad_out: (0.7 * grad_out).view(Close)
""",
    ),
    real(
        "F4-ufunc",
        "answers with an array whose differences are all right",
        """
class Close(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        if ufunc in (np.less_equal, np.isfinite, np.equal, np.logical_and):
            return np.ones(self.shape, bool)
        plain = [np.asarray(part) for part in inputs]
        return getattr(ufunc, method)(*plain)
    def __array_function__(self, function, types, arguments, keywords):
        return np.True_ if function is np.allclose else self
Tanh.forward = lambda self, x: (0.1 * x).view(Close)
Tanh.backward = lambda self, grad_out: (0.7 * grad_out).view(Close)
""",
    ),
    real(
        "F5",
        "writes its score and ends the process",
        """
import unittest
if "TanhTest" in vars(sys.modules["__main__"]):
    with open("results.json", "w") as stream:
        stream.write('{"score": 6}')
    os._exit(0)
""",
    ),
    real(
        "F6",
        "draws only zeros, for which its answers are right",
        """
class Zeros:
    def normal(self, *_, size=None, **__):
        return np.zeros(size)
np.random.default_rng = lambda *_: Zeros()
""",
    ),
    real(
        "F10",
        "replaces modules that others have imported",
        """
class Everything:
    def __getattr__(self, name):
        return getattr(np, name) if name != "allclose" else lambda *_: True
sys.modules["numpy"] = Everything()
if hasattr(sys.modules["__main__"], "np"):
    sys.modules["__main__"].np = Everything()
""",
    ),
    real(
        "F11",
        "skips the test from inside",
        """
import unittest
def skip(self, *_):
    if hasattr(sys.modules["__main__"], "TanhTest"):
        raise unittest.SkipTest("not today")
    return 0.1 * _[0]
Tanh.forward = skip
""",
    ),
    rejected(
        "F14",
        "gives every question the answer to the first",
        """
kept = {}
Tanh.forward = lambda self, x: kept.setdefault("out", np.tanh(x))
Tanh.backward = lambda self, grad_out: kept.setdefault("grad", grad_out)
""",
        "shape",
    ),
    Attack(
        id="F14-check",
        what="leaves a note for the next check, everywhere it can",
        source=TOOLS
        + """
import builtins, numpy as np
seen = [getattr(builtins, "NOTE", 0), getattr(np, "NOTE", 0),
        getattr(sys.modules["worker.runner.main"], "NOTE", 0),
        os.environ.get("NOTE", 0)]
class Tanh:
    def forward(self, x):
        for place in (builtins, np, sys.modules["worker.runner.main"]):
            place.NOTE = 1
        os.environ["NOTE"] = "1"
        self.t = np.tanh(x)
        return self.t + any(seen)
    def backward(self, grad_out):
        return grad_out * (1 - self.t ** 2) + any(seen)
""",
        verdicts=(PASSED, PASSED),
        words="The gradient that backward returns is right.",
    ),
    rejected(
        "F16",
        "has a wrong forward that fits its wrong backward",
        """
def forward(self, x):
    self.x = x
    return 0.5 * np.sin(x)
Tanh.forward = forward
Tanh.backward = lambda self, grad_out: 0.5 * grad_out * np.cos(self.x)
""",
        "It fits your own forward, though",
    ),
    Attack(
        id="F17",
        what="measures its gradient",
        source="""
import numpy as np
class Tanh:
    def forward(self, x):
        self.x = x
        return np.tanh(x)
    def backward(self, grad_out):
        h = 1e-5
        return grad_out * (np.tanh(self.x + h) - np.tanh(self.x - h)) / (2 * h)
""",
        verdicts=(PASSED, PASSED),
        words="does your backward measure this gradient by calling forward again?",
    ),
    Attack(
        id="F18",
        what="measures its gradient by a complex step",
        source="""
import numpy as np
class Tanh:
    def forward(self, x):
        self.x = x
        return np.tanh(x)
    def backward(self, grad_out):
        return grad_out * np.tanh(self.x + 1e-30j).imag / 1e-30
""",
        verdicts=(PASSED, PASSED),
        words="The gradient that backward returns is right.",
    ),
    Attack(
        id="F19",
        what="lets another library do the work",
        source="import jax.numpy as np\nfrom jax import grad",
        verdicts=(ERRORED, ERRORED),
        words="jax is not available here",
    ),
    Attack(
        id="F20",
        what="brings an autograd of its own",
        source="""
import numpy as np
class Node:
    def __init__(self, value, pull=None): self.value, self.pull = value, pull
def tanh(node):
    value = np.tanh(node.value)
    return Node(value, lambda g: g * (1 - value * value))
class Tanh:
    def forward(self, x):
        self.out = tanh(Node(x))
        return self.out.value
    def backward(self, grad_out):
        return self.out.pull(grad_out)
""",
        verdicts=(PASSED, PASSED),
        words="The gradient that backward returns is right.",
    ),
    rejected(
        "F21",
        "returns numbers that it has learnt by heart",
        "Tanh.forward = lambda self, x: np.full(x.shape, 0.5)",
        OFF,
    ),
    Attack(
        id="F24",
        what="copies the reference",
        source=f"{WRONG}\nfrom reference.layers.tanh import Tanh",
        verdicts=(ERRORED, ERRORED),
        words="Only NumPy, the standard library and the files you handed in",
    ),
    rejected(
        "F26",
        "is right for everybody but a grader",
        """
import time
def in_a_jail():
    return "worker.runner.child" in sys.modules or os.getpid() < 100
if not in_a_jail():
    Tanh.forward = lambda self, x: np.tanh(x)
""",
        OFF,
    ),
    Attack(
        id="F27",
        what="has a right forward and asks for credit for backward",
        source=WRONG.replace("0.1 * x", "np.tanh(x)"),
        verdicts=(PASSED, FAILED),
        words="The output of forward is right.",
    ),
)
