"""Submissions that pull the runner to pieces in which they are called."""

from tests.jail.battery.entry import (
    ERRORED,
    FAILED,
    HASTY,
    HONEST,
    PASSED,
    TOOLS,
    WRONG,
    Attack,
    harmless,
    in_forward,
    stopped,
)

RIGHT = "The output of forward is right."
UNSHOWN = "The exception itself could not be shown."


def answered(id: str, what: str, expression: str, before: str = "") -> Attack:
    """Return an entry whose forward returns this, which is as good as the answer."""
    return Attack(
        id=id,
        what=what,
        source=in_forward(
            f"t = np.tanh(x)\nself = sys._getframe(1).f_locals['self']\nself.t = t\n"
            f"return {expression}",
            before,
        ),
        verdicts=(PASSED, PASSED),
        words=RIGHT,
    )


def array(id: str, what: str, expression: str, words: str, before: str = "") -> Attack:
    """Return an entry whose forward returns this, which is no answer."""
    return stopped(id, what, f"return {expression}", words, before=before)


SUBCLASS = "class Odd(np.ndarray):\n    def {0}(self, *_, **__): {1}\n"
IMPORT = "import numpy as np\n"

ATTACKS: tuple[Attack, ...] = (
    array("F4", "array of objects", "np.array([object()] * 3)", "dtype object"),
    array("O2", "array of text", "np.array(['1'])", "dtype <U1"),
    array("O3", "structured array", "np.zeros(3, 'f8,i4')", "expected an array of"),
    array("O4", "dates", "np.zeros(3, 'M8[s]')", "dtype datetime64"),
    array("O5", "64 axes", "np.zeros((1,) * 64)", "at most 6 are expected"),
    array("O6", "huge whole numbers", "[10 ** 400]", "not numbers"),
    array("O7", "unsigned", "np.full(3, 2 ** 64 - 1, np.uint64)", "larger than"),
    Attack(
        id="O8",
        what="complex numbers",
        source=in_forward("return np.tanh(x) + 0j"),
        verdicts=(FAILED, ERRORED),
        words="must hold real numbers",
    ),
    answered("O10", "dtype with metadata", "t.astype(np.dtype('f8', metadata={}))"),
    answered("O11", "the other byte order", "t.astype('>f8')"),
    answered("O12", "negative strides", "t[::-1, ::-1].copy()[::-1, ::-1]"),
    answered("O13", "column order", "np.asfortranarray(t)"),
    answered("O14", "read-only array", "np.broadcast_to(t, t.shape)"),
    answered("O15", "more precision", "t.astype(np.longdouble)"),
    answered("O16", "view of memory", "memoryview(t)"),
    answered("O17", "masked array", "__import__('numpy.ma').ma.masked_array(t)"),
    answered(
        "O18",
        "object that becomes an array",
        "Odd(t)",
        "class Odd:\n    def __init__(self, t): self.t = t\n"
        "    def __array__(self, *_, **__): return self.t\n",
    ),
    answered(
        "O19",
        "array whose class answers every question itself",
        "t.view(Odd)",
        IMPORT
        + SUBCLASS.format("__array_function__", "return True")
        + "    def __array_ufunc__(self, *_, **__): return True\n"
        "    def __eq__(self, other): return True\n"
        "    __hash__ = None\n",
    ),
    array(
        "O20",
        "array whose class cannot be built",
        "np.tanh(x).view(Odd)",
        "raised ZeroDivisionError",
        IMPORT + SUBCLASS.format("__array_finalize__", "1 / 0"),
    ),
    array(
        "O21",
        "object that says where its memory is, wrongly",
        "Odd()",
        "crashed the Python interpreter",
        "class Odd:\n    __array_interface__ = {'shape': (9,), 'typestr': '<f8',\n"
        "        'data': (8, True), 'version': 3}\n",
    ),
    array(
        "O22",
        "object that fails when it is looked at",
        "Odd()",
        "raised",
        "class Odd:\n    def __getattribute__(self, name): raise KeyError(name)\n",
    ),
    Attack(
        id="O23",
        what="changes its answer by a timer after it has returned it",
        source=in_forward(
            "t = np.tanh(x)\n"
            "def late(*_): t[...] = 7\n"
            "signal.signal(signal.SIGALRM, late)\n"
            "signal.setitimer(signal.ITIMER_REAL, 0.2)\n"
            "sys._getframe(1).f_locals['self'].t = t.copy()\n"
            "return t",
            "import signal",
        ),
        verdicts=(PASSED, PASSED),
        words=RIGHT,
    ),
    Attack(
        id="F12",
        what="changes its inputs in place",
        source=in_forward("y = np.tanh(x); x[...] = 0; x += 1; return None"),
        verdicts=(FAILED, FAILED),
        words="has the right shape",
    ),
    Attack(
        id="F15",
        what="overwrites numpy for the runner",
        source=f"{TOOLS}{WRONG}\nfor name in ('array', 'ascontiguousarray', 'stack'):\n"
        "    setattr(np, name, lambda *_, **__: np.ones(3))",
        verdicts=(FAILED, FAILED),
        words="has shape (3,), but must have shape",
    ),
    stopped(
        "X1",
        "exception that cannot be written",
        "raise Odd",
        UNSHOWN,
        before="class Odd(Exception):\n    def __str__(self): raise SystemExit\n",
    ),
    stopped(
        "X2",
        "exception that is written for ever",
        "raise Odd",
        "did not return within 0.4 s",
        before="class Odd(Exception):\n"
        "    def __str__(self):\n        while True: pass\n",
        limits=HASTY,
    ),
    stopped(
        "X3",
        "exception whose class lies",
        "raise Odd('so')",
        "so",
        before="class Odd(Exception):\n    __class__ = property(lambda self: int)\n",
    ),
    stopped(
        "X4",
        "exception named like markup",
        "raise type('<b>' * 99, (Exception,), {})('\\x1b[2J\\x07so')",
        "raised <b><b>",
    ),
    stopped(
        "X5",
        "exception that is none of the usual",
        "raise Odd('leave')",
        "leave",
        before="class Odd(BaseException): pass\n",
    ),
    stopped(
        "X6",
        "exit in disguise",
        "raise Odd(0)",
        "which ends the whole program. Please remove it.",
        before="class Odd(SystemExit): pass\n",
    ),
    stopped(
        "X7",
        "exceptions that hold each other",
        "a, b = ValueError('a'), ValueError('b')\n"
        "a.__cause__, b.__cause__ = b, a\nraise a",
        "raised ValueError (mlp.py, line",
    ),
    stopped(
        "X8",
        "exception that looks like one of ours",
        "raise sys.modules['worker.runner.faults'].BadOutputError('All is well.')",
        "cannot be read: All is well.",
    ),
    stopped(
        "X9",
        "exception in the code of NumPy",
        "return np.linalg.inv(np.ones((2, 3)))",
        "raised LinAlgError (mlp.py, line",
    ),
    stopped(
        "X10",
        "trace function that fails in our code",
        "sys.settrace(lambda *_: 1 / 0)\nreturn np.tanh(x)",
        "raised ZeroDivisionError",
    ),
    stopped(
        "X11",
        "hook that refuses whatever is done",
        "def hook(*_): raise ValueError('hooked')\nsys.addaudithook(hook)\n"
        "return __import__('os').listdir('/')",
        "ended the program without an answer",
    ),
    stopped(
        "X12",
        "empties every module of the runner",
        "import gc\nfor module in list(sys.modules.values()):\n"
        "    if 'runner' in getattr(module, '__name__', ''): vars(module).clear()\n"
        "gc.collect()",
        "ended the program without an answer",
    ),
    stopped(
        "X13",
        "takes away what every program needs",
        "import builtins\nfor name in ('len', 'isinstance', 'range', 'dict'):\n"
        "    setattr(builtins, name, None)",
        "ended the program without an answer",
    ),
    stopped(
        "X14",
        "overwrites the functions that write",
        "os.write = lambda *_: 1 << 30",
        "did not return within 0.4 s",
        limits=HASTY,
    ),
    stopped(
        "X15",
        "leaves by a signal to itself",
        "import signal\nsignal.raise_signal(signal.SIGTERM)",
        "crashed the Python interpreter",
    ),
    stopped("F5-late", "leaves at once", "os._exit(0)", "without an answer"),
    stopped(
        "F5-thread",
        "leaves with what an exit runs",
        "import atexit\natexit.register(print, 'x')\nsys.exit(0)",
        "Remove the call of exit or quit.",
    ),
    harmless(
        "X16",
        "prints what would control a terminal or a page",
        r"print('\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\0\u202e')",
    ),
    harmless(
        "X17",
        "closes and replaces the streams",
        "import io\nsys.stdout.close(); sys.stderr = None; sys.stdout = io.StringIO()",
    ),
    harmless(
        "X18",
        "seeds and freezes chance for those who follow",
        "import random, numpy\nnumpy.random.seed(0); random.seed(0)\n"
        "numpy.random.default_rng = lambda *_: None",
    ),
    harmless(
        "X19",
        "asks for dumps by a thread",
        "import faulthandler\nattempt(faulthandler.dump_traceback_later, 0.01)",
    ),
    Attack(
        id="X20",
        what="module that lies about what it holds",
        source=f"{HONEST}\ndef __getattr__(name): raise SystemExit(name)\n"
        "def __dir__(): return [1, 2]",
        verdicts=(PASSED, PASSED),
        words=RIGHT,
    ),
    Attack(
        id="X21",
        what="puts something else in place of its own module",
        source=f"{HONEST}\nimport sys\nsys.modules[__name__] = None",
        verdicts=(PASSED, PASSED),
        words=RIGHT,
    ),
    Attack(
        id="X22",
        what="class that is made by a class of its own",
        source="class Meta(type):\n    def __call__(cls, *_): raise KeyError('no')\n"
        "class Tanh(metaclass=Meta): pass",
        verdicts=(ERRORED, ERRORED),
        words="Creating Tanh raised KeyError",
    ),
)
