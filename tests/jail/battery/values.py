"""Submissions with wrong numbers that are dressed up to be taken for right ones."""

from tests.jail.battery.entry import (
    FAILED,
    PASSED,
    TOOLS,
    WRONG,
    Attack,
    rejected,
)
from tests.jail.battery.forge import OFF
from tests.jail.battery.frames import CHANNEL

ATTACKS: tuple[Attack, ...] = (
    rejected(
        "V1",
        "keeps all it was ever given, and looks for the answer in its memory",
        """
import gc
kept = []
def best(like):
    for found in gc.get_objects():
        if type(found) is dict:
            kept.extend(v for v in found.values() if isinstance(v, np.ndarray))
    fitting = [a for a in kept if a.shape == like.shape and a.dtype == like.dtype]
    others = [a for a in fitting if a is not like and not np.array_equal(a, like)]
    return others[-1] if others else 0.5 * like
def forward(self, x):
    self.x = x
    return best(x)
Tanh.forward = forward
Tanh.backward = lambda self, grad_out: best(grad_out)
""",
        OFF,
    ),
    rejected(
        "V2",
        "returns a view, and writes the right answer into it later",
        """
def forward(self, x):
    self.x, self.kept = x, np.zeros((2, *x.shape))
    return self.kept[0]
def backward(self, grad_out):
    self.kept[0] = np.tanh(self.x)
    return self.kept[1]
Tanh.forward, Tanh.backward = forward, backward
""",
        OFF,
    ),
    rejected(
        "V3",
        "masks every entry, so that nothing is left to compare",
        """
import numpy.ma
def hidden(values):
    return numpy.ma.masked_array(values, mask=True)
Tanh.forward = lambda self, x: hidden(0.1 * x)
Tanh.backward = lambda self, grad_out: hidden(0.7 * grad_out)
""",
        OFF,
    ),
    rejected(
        "V4",
        "object that becomes another array each time it is asked",
        """
class Shifting:
    asked = 0
    def __init__(self, values): self.values = values
    def __array__(self, *_, **__):
        Shifting.asked += 1
        return self.values if Shifting.asked % 2 else np.tanh(self.values)
Tanh.forward = lambda self, x: Shifting(0.1 * x)
Tanh.backward = lambda self, grad_out: Shifting(0.7 * grad_out)
""",
        OFF,
    ),
    rejected(
        "V5",
        "array whose class lies about shape, dtype and every comparison",
        """
class Lying(np.ndarray):
    shape = property(lambda self: (5, 7))
    dtype = property(lambda self: np.dtype("f8"))
    size = property(lambda self: 35)
    def __eq__(self, other): return np.True_
    def __lt__(self, other): return np.True_
    def __sub__(self, other): return np.float64(0)
    __le__ = __ne__ = __lt__
    __rsub__ = __sub__
    __hash__ = None
Tanh.forward = lambda self, x: np.zeros((2, 2)).view(Lying)
Tanh.backward = lambda self, grad_out: np.zeros(35).view(Lying)
""",
        "shape",
    ),
    rejected(
        "V6",
        "numbers that are none, with a message in their spare bits",
        """
def loaded(like):
    bits = np.full(like.shape, 0x7FF8_DEAD_BEEF_0001, np.uint64)
    return bits.view(np.float64)
Tanh.forward = lambda self, x: loaded(x)
Tanh.backward = lambda self, grad_out: loaded(grad_out)
""",
        "nan",
    ),
    rejected(
        "V7",
        "infinities, and more than a double can hold",
        """
huge = np.longdouble("1e4000")
Tanh.forward = lambda self, x: np.full(x.shape, huge)
Tanh.backward = lambda self, grad_out: np.full(grad_out.shape, -np.inf)
""",
        "inf",
    ),
    rejected(
        "V8",
        "numbers of a class that says it is equal to everything",
        """
class Equal(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    def __float__(self): return 0.5
    __rsub__ = __sub__
    __hash__ = float.__hash__
def all_equal(like):
    return [[Equal(0.25) for _ in row] for row in like]
Tanh.forward = lambda self, x: all_equal(x)
Tanh.backward = lambda self, grad_out: all_equal(grad_out)
""",
        OFF,
    ),
    rejected(
        "V9",
        "rounds to so few bits that much is equal",
        """
def forward(self, x):
    self.t = np.tanh(x).astype(np.float16)
    return np.round(self.t, 1)
Tanh.forward = forward
Tanh.backward = lambda self, grad_out: grad_out.astype(np.float16)
""",
        OFF,
    ),
    Attack(
        id="V10",
        what="hides what is wrong in an imaginary part",
        source=f"{TOOLS}{WRONG}\n"
        "Tanh.forward = lambda self, x: np.tanh(x) + 1j * np.inf\n",
        verdicts=(FAILED, FAILED),
        words="must hold real numbers",
    ),
    rejected(
        "V11",
        "encodes other numbers than were returned",
        """
child = sys.modules["worker.runner.child"]
codec = sys.modules["grader.contract.codec"]
send = child._send
def say(kind, arrays, texts):
    more = {name: np.zeros_like(a) for name, a in arrays.items()}
    for name in arrays:
        more[f"expected_{name}"] = more[f"{name}.expected"] = more[name]
    send(kind, more, {**texts, "passed": "1", "score": "6", "note.max_error": "0"})
child._send = say
""",
        OFF,
    ),
    rejected(
        "V12",
        "replaces what reads and writes in its own process",
        """
import json, marshal, struct
for module, names in ((json, ("dump", "dumps")), (marshal, ("loads", "dumps")),
                      (np.testing, dir(np.testing)), (np, ("allclose", "isclose",
                       "array_equal", "isfinite", "abs", "max", "all", "any"))):
    for name in names:
        if not name.startswith("_"):
            setattr(module, name, lambda *_, **__: True)
""",
        OFF,
    ),
    Attack(
        id="V13",
        what="answers every question wrongly, and then again rightly",
        source=f"{TOOLS}{CHANNEL}{WRONG}\n"
        "def forward(self, x):\n"
        "    keep = time.sleep\n"
        "    time.sleep = lambda seconds: None\n"
        "    answer_all(np.ones_like, lambda x, g: np.ones_like(x))\n"
        "    answer_all(np.tanh, lambda x, g: g * (1 - np.tanh(x) ** 2))\n"
        "    keep(1000)\n"
        "Tanh.forward = forward\n",
        verdicts=(FAILED, FAILED),
        words=OFF,
    ),
    Attack(
        id="V14",
        what="right answers to every question, and to a hundred that were not asked",
        source=f"{TOOLS}{CHANNEL}{WRONG}\n"
        "def forward(self, x):\n"
        "    keep = time.sleep\n"
        "    time.sleep = lambda seconds: None\n"
        "    answer_all(np.tanh, lambda x, g: g * (1 - np.tanh(x) ** 2))\n"
        "    for more in range(len(questions()), 100):\n"
        "        say(COMPLETED, array(5, 7), arrays=1, raw=bytes(280),\n"
        "            nonce=child._nonce + more)\n"
        "    keep(1000)\n"
        "Tanh.forward = forward\n",
        verdicts=(PASSED, PASSED),
        words="The gradient that backward returns is right.",
    ),
)
