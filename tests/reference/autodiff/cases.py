"""Every operation with inputs of many shapes, for the tests of derivatives."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reference.autodiff import elementwise as ew
from reference.autodiff import indexing, products, reductions, selection, shapes


@dataclass(frozen=True)
class Case:
    """A function of nodes, the shapes of its inputs and where they may lie."""

    name: str
    function: Callable
    shapes: tuple
    domain: str = "any"

    def draw(self, seed=0):
        """Draw inputs whose entries, all together, are 1/8 apart and 1/16 from 0."""
        rng = np.random.default_rng(seed)
        sizes = [int(np.prod(shape)) for shape in self.shapes]
        total = 2 * sum(sizes)
        ladder = (rng.permutation(total) - total // 2 + 0.5) / 8
        parts = np.split(ladder[: sum(sizes)], np.cumsum(sizes)[:-1])
        arrays = [part.reshape(s) for part, s in zip(parts, self.shapes, strict=True)]
        if self.domain != "any":
            arrays = [array + 1.5 * np.sign(array) for array in arrays]
        if self.domain == "positive":
            arrays = [np.abs(array) for array in arrays]
        arrays = [np.asarray(array) for array in arrays]
        for array in arrays:
            array.setflags(write=False)
        return arrays

    def upstream(self, shape, seed=1):
        rng = np.random.default_rng(seed)
        return np.asarray(np.round(rng.normal(size=shape) * 2.0**10) / 2.0**10)


def every(names, shape_lists, **options):
    return [
        Case(f"{name}-{number}", function, shapes_, **options)
        for name, function in names.items()
        for number, shapes_ in enumerate(shape_lists)
    ]


UNARY = {
    "negate": ew.negate,
    "exp": ew.exp,
    "tanh": ew.tanh,
    "sigmoid": ew.sigmoid,
    "sin": ew.sin,
    "cos": ew.cos,
    "relu": selection.relu,
    "absolute": selection.absolute,
    "square": lambda x: x**2,
    "cube": lambda x: x**3,
    "power_of_zero": lambda x: x**0 * x,
    "reversed_subtract": lambda x: 2 - x,
    "reversed_power": lambda x: 2**x,
    "array_on_the_left": lambda x: np.array([[[2.0]], [[-3.0]]]) * x,
}
UNARY_OF_POSITIVE = {
    "log": ew.log,
    "sqrt": ew.sqrt,
    "root": lambda x: x**0.5,
    "reciprocal": lambda x: x**-1,
}
BINARY = {
    "add": ew.add,
    "subtract": ew.subtract,
    "multiply": ew.multiply,
    "maximum": selection.maximum,
}
SINGLE = [((),), ((3,),), ((1, 3),), ((2, 1),), ((0, 2),)]
PAIRS = [
    ((), ()),
    ((2, 3), (2, 3)),
    ((), (3,)),
    ((2, 3), ()),
    ((2, 3), (3,)),
    ((3,), (2, 1)),
    ((2, 1, 3), (1, 2, 1)),
    ((1,), (1, 1)),
    ((1, 3), (2, 1, 1)),
    ((0, 3), (1, 3)),
]
PRODUCTS = [
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((2, 3), (3, 4)),
    ((1, 3), (3, 1)),
    ((2, 1), (1, 3)),
    ((3,), (2, 3, 2)),
    ((2, 2, 3), (3,)),
    ((2, 1, 3, 2), (3, 2, 1)),
    ((2, 1, 2, 3), (2, 3, 2)),
    ((1, 2, 3), (2, 3, 1)),
]
REDUCTIONS = {
    "sum": reductions.sum_over,
    "mean": reductions.mean_over,
    "max": reductions.max_over,
    "logsumexp": reductions.logsumexp,
}
AXES = [None, 0, 1, -1, (0, 2), (-1, 0), (1,), (), (0, 1, 2)]
CONDITION = np.array([[True, False, True], [False, False, True]])
ROWS = np.array([1, 0, 1, 1])
COLUMNS = np.array([2, 2, 0, 2])

MOVES = {
    "reshape": (lambda x: shapes.reshape(x, (3, -1)), (2, 3, 2)),
    "reshape_to_scalar": (lambda x: x.reshape(), (1, 1)),
    "transpose_then_reshape": (lambda x: x.T.reshape(2, 3), (2, 3)),
    "transpose": (lambda x: x.T, (2, 1, 3)),
    "transpose_cycle": (lambda x: x.transpose(1, 2, 0), (2, 3, 4)),
    "transpose_cycle_back": (lambda x: x.transpose(2, 0, 1), (2, 3, 4)),
    "transpose_negative": (lambda x: x.transpose(-1, 0, -2), (2, 3, 4)),
    "transpose_four": (lambda x: x.transpose(2, 0, 3, 1), (1, 2, 3, 2)),
    "broadcast_scalar": (lambda x: shapes.broadcast_to(x, (2, 3)), ()),
    "broadcast_middle": (lambda x: shapes.broadcast_to(x, (2, 2, 4, 3)), (2, 1, 3)),
    "broadcast_to_nothing": (lambda x: shapes.broadcast_to(x, (0, 3)), (1, 3)),
    "slices": (lambda x: x[1:, ::-2], (3, 4)),
    "integer": (lambda x: x[-1], (3, 2)),
    "new_axis": (lambda x: x[:, None, ..., 1], (3, 2)),
    "mask": (lambda x: x[CONDITION], (2, 3)),
    "repeats": (lambda x: x[ROWS], (2, 3)),
    "pairs_with_repeats": (lambda x: x[ROWS, COLUMNS], (2, 3)),
    "rows_and_slice": (lambda x: x[ROWS, 1:], (2, 3)),
    "array_of_places": (lambda x: x[np.array([[0, 1], [1, 1]])], (2, 2)),
    "gather": (lambda x: indexing.gather(x, np.array([[2, 2], [0, 1]]), 1), (2, 3)),
    "gather_first": (lambda x: indexing.gather(x, np.array([[1, 0, 1]]), 0), (2, 3)),
    "scatter": (lambda x: indexing.scatter(x, ROWS, (2, 3)), (4, 3)),
    "sum_to": (lambda x: shapes.sum_to(x, (1, 3)), (2, 4, 3)),
}


def reduction_cases():
    for name, function in REDUCTIONS.items():
        for number, axis in enumerate(AXES):
            for keep in (False, True):

                def reduced(x, function=function, axis=axis, keep=keep):
                    return function(x, axis, keepdims=keep)

                yield Case(f"{name}-{number}-{keep}", reduced, ((2, 1, 3),))
        yield Case(f"{name}-scalar", function, ((),))


CASES = [
    *every(UNARY, SINGLE),
    *every(UNARY_OF_POSITIVE, SINGLE, domain="positive"),
    *every(BINARY, PAIRS),
    *every({"reversed_divide": lambda x: 2 / x}, SINGLE, domain="far from 0"),
    *every({"divide": ew.divide}, PAIRS, domain="far from 0"),
    *every({"power": ew.power}, PAIRS, domain="positive"),
    *every({"matmul": products.matmul}, PRODUCTS),
    *reduction_cases(),
    *(Case(name, function, (shape,)) for name, (function, shape) in MOVES.items()),
    Case("where", lambda x, y: selection.where(CONDITION, x, y), ((2, 3), (3,))),
    Case("where_scalars", lambda x, y: selection.where(CONDITION, x, y), ((), (2, 1))),
    Case(
        "concatenate",
        lambda x, y, z: shapes.concatenate([x, y, z], axis=-1),
        ((2, 3), (2, 1), (2, 2)),
    ),
    Case("concatenate_twice", lambda x: shapes.concatenate([x, x]), ((2, 3),)),
    Case("stack", lambda x, y: shapes.stack([x, y]), ((2, 3), (2, 3))),
    Case("stack_last", lambda x, y: shapes.stack([x, y], axis=-1), ((2,), (2,))),
    Case("stack_scalars", lambda x, y: shapes.stack([x, y]), ((), ())),
    Case(
        "array_at_node",
        lambda x: np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 4.0]]) @ x,
        ((2, 2),),
    ),
    Case("node_at_array", lambda x: x @ np.array([[1.0], [-2.0]]), ((3, 2),)),
]
