"""Wrong engines: one edit each of a right one, the topics it costs, and its name."""

from dataclasses import dataclass, field

from tests.checks.autodiff_grading import (
    ARRAY,
    ARRAY_TOPICS,
    SCALAR,
    SCALAR_TOPICS,
    WIDE,
    assignment,
    source,
)

FUNCTION_NAMES = (
    'names = { data = "numpy", grad = "derivative", backward = "backpropagate", '
    'sum = "total", reshape = "view", transpose = "permute", broadcast_to = "expand" }'
)
DIALECTS = {
    "scalar/solution": ("scalar", SCALAR, SCALAR_TOPICS, ""),
    "scalar/samples/right-closures": ("scalar", SCALAR, SCALAR_TOPICS, ""),
    "scalar/samples/right-counting": ("scalar", SCALAR, SCALAR_TOPICS, ""),
    "array_closures": ("array", WIDE, (*ARRAY_TOPICS, "detach"), "upstream = true"),
    "array_tape": (
        "array",
        WIDE,
        (*ARRAY_TOPICS, "detach"),
        'policy = "zeroed"\nnames = { grad = "gradient", zero = "zero_grad" }',
    ),
    "array_functions": (
        "array",
        ARRAY,
        ARRAY_TOPICS,
        f'policy = "replace"\nupstream = true\n{FUNCTION_NAMES}',
    ),
}


def made_for(name, *more):
    """Return the assignment that a right engine is written for."""
    kind, operations, topics, extra = DIALECTS[name]
    # A short chain, but too long for nested calls.
    extra = f"depth = 1100\n{extra}"
    return assignment(kind, operations, (*topics, *more), extra)


@dataclass(frozen=True)
class WrongEngine:
    """A right engine with one text replaced.

    Parameters
    ----------
    costs
        Exactly the topics that fail, each with the id that must be given, if any.
    """

    title: str
    base: str
    old: str
    new: str
    costs: dict[str, str | None] = field(default_factory=dict)

    @property
    def text(self) -> str:
        right = source(self.base)
        assert right.count(self.old) == 1, (self.title, right.count(self.old))
        return right.replace(self.old, self.new)


CLOSURES = "scalar/samples/right-closures"
SOLUTION = "scalar/solution"
COUNTING = "scalar/samples/right-counting"

WRONG = (
    WrongEngine(
        "one closure assigns",
        CLOSURES,
        "            self.grad += out.grad\n            other.grad += out.grad",
        "            self.grad = out.grad\n            other.grad = out.grad",
        {"fan_out": None, "reuse": None, "diamond": None},
    ),
    WrongEngine(
        "operands kept in a dict",
        SOLUTION,
        "        self.edges = tuple(edges)",
        "        self.edges = tuple(dict(edges).items())",
        {"reuse": "M330", "two_backwards": "M330"},
    ),
    WrongEngine(
        "gathered mean",
        SOLUTION,
        "gradients[operand] = gradients.get(operand, 0.0) + piece",
        "gradients[operand] = piece",
        {"fan_out": "M115", "reuse": "M115", "diamond": "M115", "two_backwards": None},
    ),
    WrongEngine(
        "interior gradients stay",
        CLOSURES,
        "            if node.children:\n                node.grad = 0.0",
        "            pass",
        {"two_backwards": "M117"},
    ),
    WrongEngine(
        "leaves replaced",
        SOLUTION,
        "                node.grad += gradient",
        "                node.grad = gradient",
        {"two_backwards": "M332"},
    ),
    WrongEngine(
        "seed is the value",
        SOLUTION,
        "gradients = {self: 1.0}",
        "gradients = {self: self.data}",
        {
            "chain": "M127",
            "constants": "M127",
            "fan_out": "M127",
            "reuse": "M127",
            "diamond": "M127",
            "two_backwards": "M127",
        },
    ),
    WrongEngine(
        "minus turned around",
        COUNTING,
        'combine("sub", np.subtract, other, self)',
        'combine("sub", np.subtract, self, other)',
        {"values": "M125", "constants": "M125"},
    ),
    WrongEngine(
        "division turned around",
        COUNTING,
        'combine("div", np.divide, other, self)',
        'combine("div", np.divide, self, other)',
        {"values": "M125", "constants": "M125"},
    ),
    WrongEngine(
        "minus without its sign",
        COUNTING,
        '"sub": lambda out, a, b: (1, -1)',
        '"sub": lambda out, a, b: (1, 1)',
        {"chain": "M294", "constants": "M294"},
    ),
    WrongEngine(
        "factors not exchanged",
        COUNTING,
        '"mul": lambda out, a, b: (b, a)',
        '"mul": lambda out, a, b: (a, b)',
        {
            "chain": "M334",
            "constants": "M334",
            "fan_out": "M334",
            "reuse": "M334",
            "diamond": "M334",
            "two_backwards": "M334",
        },
    ),
    WrongEngine(
        "divisor not squared",
        CLOSURES,
        "out.grad * self.data / other.data**2",
        "out.grad * self.data / other.data",
        {"chain": "M335", "constants": "M335"},
    ),
    WrongEngine(
        "exponent kept",
        SOLUTION,
        "slope = exponent * self.data ** (exponent - 1)",
        "slope = exponent * self.data**exponent",
        {"chain": "M128", "constants": "M128"},
    ),
    WrongEngine(
        "exponent lost",
        CLOSURES,
        "k * self.data ** (k - 1)",
        "self.data ** (k - 1)",
        {"constants": "M204"},
    ),
    WrongEngine(
        "tanh of the input",
        CLOSURES,
        "return self.unary(t, 1 - t * t",
        "return self.unary(t, 1 - self.data * self.data",
        {"chain": "M32"},
    ),
    WrongEngine(
        "exp passes on",
        CLOSURES,
        'self.unary(e, e, "exp")',
        'self.unary(e, 1.0, "exp")',
        {"chain": "M27"},
    ),
    WrongEngine(
        "log passes on",
        CLOSURES,
        'self.unary(math.log(self.data), 1 / self.data, "log")',
        'self.unary(math.log(self.data), 1.0, "log")',
        {"chain": "M27"},
    ),
    WrongEngine(
        "relu passes on",
        CLOSURES,
        "float(self.data > 0)",
        "1.0",
        {"chain": "M27"},
    ),
    WrongEngine(
        "nothing summed",
        "array_closures",
        "def fit(g, shape):\n",
        "def fit(g, shape):\n    return g\n",
        {"broadcasting": "M119", "products": "M119"},
    ),
    WrongEngine(
        "axes of length 1 forgotten",
        "array_closures",
        "if length == 1 and g.shape[axis] != 1:",
        "if length == 0:",
        {"broadcasting": "M121", "products": "M121"},
    ),
    WrongEngine(
        "copies averaged",
        "array_closures",
        "        g = g.sum(axis=0)\n    for axis, length in enumerate(shape):\n"
        "        if length == 1 and g.shape[axis] != 1:\n"
        "            g = g.sum(axis=axis, keepdims=True)",
        "        g = g.mean(axis=0)\n    for axis, length in enumerate(shape):\n"
        "        if length == 1 and g.shape[axis] != 1:\n"
        "            g = g.mean(axis=axis, keepdims=True)",
        {"broadcasting": "M336", "products": "M336"},
    ),
    WrongEngine(
        "array assigned",
        "array_closures",
        "self.grad = g.copy() if self.grad is None else self.grad + g",
        "self.grad = g",
        {
            "fan_out": "M115",
            "reuse": "M115",
            "diamond": "M115",
            "two_backwards": "M115",
        },
    ),
    WrongEngine(
        "array shared",
        "array_closures",
        "        self.grad = g.copy() if self.grad is None else self.grad + g",
        "        if self.grad is None:\n            self.grad = g\n"
        "        else:\n            self.grad += g",
        {"fan_out": "M333", "two_backwards": None},
    ),
    WrongEngine(
        "repeats overwrite",
        "array_closures",
        "            np.add.at(whole, key, g)",
        "            whole[key] += g",
        {"indexing": "M114"},
    ),
    WrongEngine(
        "gathered repeats overwrite",
        "array_closures",
        "            np.add.at(whole, tuple(where), g)",
        "            whole[tuple(where)] += g",
        {"indexing": "M114"},
    ),
    WrongEngine(
        "same permutation",
        "array_closures",
        "back = None if axes is None else np.argsort(axes)",
        "back = axes",
        {"shapes": "M123"},
    ),
    WrongEngine(
        "factors not transposed",
        "array_closures",
        "            lambda g, b: g @ np.swapaxes(b, -1, -2),\n"
        "            lambda g, a: np.swapaxes(a, -1, -2) @ g,",
        "            lambda g, b: g @ b,\n            lambda g, a: a @ g,",
        {"products": "M340"},
    ),
    WrongEngine(
        "maximum everywhere",
        "array_closures",
        "return (self.data == top) * np.reshape(g, top.shape)",
        "return np.ones_like(self.data) * np.reshape(g, top.shape)",
        {"reductions": "M292"},
    ),
    WrongEngine(
        "detach does nothing",
        "array_closures",
        "        return Tensor(self.data)\n",
        "        return self\n",
        {"detach": "M342"},
    ),
    WrongEngine(
        "upstream ignored",
        "array_closures",
        "np.ones_like(self.data) if upstream is None else upstream",
        "np.ones_like(self.data)",
        {
            topic: "M23"
            for topic in (*ARRAY_TOPICS, "detach")
            if topic not in ("values",)
        },
    ),
    WrongEngine(
        "nothing zeroed",
        "array_tape",
        "    def zero_grad(self):\n        self.gradient = np.zeros_like(self.value)",
        "    def zero_grad(self):\n        pass",
        {"two_backwards": "M118"},
    ),
    WrongEngine(
        "mean with the gradient of a sum",
        "array_tape",
        "return np.full_like(x, kept.size / x.size)",
        "return np.ones_like(x)",
        {"reductions": "M339"},
    ),
    WrongEngine(
        "axis of length 1 lost",
        "array_functions",
        "            g = g.sum(axis=axis, keepdims=True)\n    return g",
        "            g = g.sum(axis=axis, keepdims=True)\n    return g.squeeze()",
        {"broadcasting": "M337", "products": "M337"},
    ),
    WrongEngine(
        "sum hands its gradient on",
        "array_functions",
        "return d.reshape(kept) + np.zeros(shape)",
        "return d",
        {"reductions": "M338"},
    ),
    WrongEngine(
        "storage reinterpreted",
        "array_functions",
        'return a.reshape(ctx.settings["shape"])',
        'return a.ravel(order="K").reshape(ctx.settings["shape"])',
        {"shapes": "M124"},
    ),
    WrongEngine(
        "gradient of the view not reshaped",
        "array_functions",
        "return d.reshape(ctx.saved[0])",
        "return d",
        {"shapes": "M338"},
    ),
)
