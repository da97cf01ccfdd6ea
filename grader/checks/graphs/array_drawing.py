"""Programs for the topics that need arrays, and those about graphs of gradients."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from grader.checks.graphs.drawing import Draw, declared
from grader.checks.graphs.sketch import Drawn, Shape, Sketch

REDUCTIONS = ("sum", "mean", "max", "logsumexp")
# Without division, which many engines make of a power and a product: a wrong shape of
# the one would come back through the other as still another shape.
STRETCHED = ("add", "subtract", "multiply")
ARRANGING = ("reshape", "transpose", "swap_axes")
READING = ("slice", "rows", "gather")
# No two lengths of one draw agree, none is 1.
LENGTHS = ((3, 4, 2, 5), (4, 2, 5, 3))


def broadcasting(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw operands that are copied along new axes and along axes of length 1."""
    n, m, k, _ = LENGTHS[new().draw]
    pairs: tuple[tuple[Shape, Shape], ...] = (
        ((n, m), (m,)),
        ((n, 1), (n, m)),
        ((k, n, m), (n, 1)),
        ((), (n, m)),
        ((k, n, 1), (m,)),
    )
    operations = declared(new(), STRETCHED)
    for place, (left, right) in enumerate(pairs):
        sketch = new()
        sketch.leaf("x", shape=left)
        sketch.leaf("y", shape=right)
        name = operations[(place + sketch.draw) % len(operations)]
        yield sketch.done(sketch.step("t", name, "x", "y"))
    if "broadcast_to" in new().dialect.operations:
        sketch = new()
        sketch.leaf("x", shape=(n, 1))
        shape = [k, n, m]
        yield sketch.done(sketch.step("t", "broadcast_to", "x", shape=shape))


def reductions(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw each reduction over the forms of axes that the engine takes."""
    for name in declared(new(), REDUCTIONS):
        for form in new().dialect.axes:
            sketch = new()
            n, m, k, _ = LENGTHS[sketch.draw]
            sketch.put("x", _distinct(sketch.rng, (n, m, k)))
            axis = _axis(form, sketch.draw)
            kept = form == "kept"
            yield sketch.done(sketch.step("t", name, "x", axis=axis, keepdims=kept))


def _axis(form: str, draw: int) -> Any:
    return {
        "all": (None, None),
        "one": (1, 0),
        "negative": (-1, -2),
        "several": ([0, 2], [0, 1]),
        "kept": (1, 2),
    }[form][draw]


def _distinct(rng: np.random.Generator, shape: Shape) -> np.ndarray[Any, Any]:
    """Draw entries of which no two are near each other: a maximum has no tie."""
    count = int(np.prod(shape))
    return rng.permutation(np.linspace(-1.5, 1.5, count)).reshape(shape)


def shapes(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw reshapes, permutations that are not their own inverse, and both."""
    n, m, k, _ = LENGTHS[new().draw]
    cycle = ([1, 2, 0], [2, 0, 1])[new().draw]
    has = new().dialect.operations
    plans: list[list[tuple[str, dict[str, Any]]]] = []
    if "reshape" in has:
        plans.append([("reshape", {"shape": [k, n * m]})])
    if "transpose" in has:
        plans += [[("transpose", {"axes": cycle})], [("transpose", {"axes": None})]]
    if "swap_axes" in has:
        plans.append([("swap_axes", {"axes": [0, 2] if new().draw else [1, 2]})])
    turning = [plan[0] for plan in plans if plan[0][0] != "reshape"]
    if "reshape" in has and turning:
        plans.append([turning[0], ("reshape", {"shape": [n * m * k]})])
        plans.append([("reshape", {"shape": [m, k, n]}), turning[0]])
    for plan in plans:
        sketch = new()
        sketch.leaf("x", shape=(n, m, k))
        last = "x"
        for place, (name, params) in enumerate(plan):
            last = sketch.step("ut"[place], name, last, **params)
        yield sketch.done(last)


def products(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw matrix products: square, oblong, stacked, stacks that broadcast."""
    n, m, k, b = LENGTHS[new().draw]
    pairs: list[tuple[Shape, Shape]] = [((n, n), (n, n)), ((n, k), (k, m))]
    if new().dialect.batched:
        pairs += [((b, n, k), (b, k, m)), ((b, 1, n, k), (m, k, n))]
    for left, right in pairs:
        sketch = new()
        sketch.leaf("x", shape=left)
        sketch.leaf("y", shape=right)
        yield sketch.done(sketch.step("t", "matmul", "x", "y"))


def indexing(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw slices, and rows and entries of which some are read twice."""
    for name in declared(new(), READING):
        sketch = new()
        n, m, _, _ = LENGTHS[sketch.draw]
        sketch.leaf("x", shape=(n, m))
        yield sketch.done(sketch.step("t", name, "x", **_reading(sketch, name, n, m)))


def _reading(sketch: Sketch, name: str, n: int, m: int) -> dict[str, Any]:
    if name == "slice":
        ends = [[1, None, None], [None, None, 2]]
        return {"slices": ends[::-1] if sketch.draw else ends}
    if name == "rows":
        # The first row is read three times, the last one once.
        return {"rows": sketch.rng.permutation([0, 0, n - 1, 0]).tolist()}
    columns = sketch.rng.integers(0, m, (n, 3))
    columns[:, 2] = columns[:, 0]
    return {"indices": columns.tolist(), "axis": 1}


def second_order(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw values computed from a gradient."""
    sketch = new()
    sketch.leaf("x", "y")
    sketch.step("u", "multiply", "x", "x")
    sketch.step("v", "multiply", "u", "x")
    sketch.slope("g", sketch.step("s", "multiply", "v", "y"), "x")
    yield sketch.done(sketch.step("t", "multiply", "g", "x"))
    sketch = new()
    sketch.leaf("x", "y")
    sketch.step("u", "multiply", "x", "y")
    sketch.slope("g", sketch.step("s", "multiply", "u", "u"), "x")
    sketch.step("h", "multiply", "g", "y")
    yield sketch.done(sketch.step("t", "add", "h", "x"))


def detach(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw graphs with a value that no gradient may pass."""
    for operands in (("d", "x"), ("x", "d")):
        sketch = new()
        sketch.leaf("x", "y")
        sketch.step("u", "multiply", "x", "y")
        sketch.step("d", "detach", "u")
        sketch.step("v", "multiply", *operands)
        yield sketch.done(sketch.step("t", *sketch.swap("add", "v", "y")))


ARRAYS: dict[str, tuple[Draw, tuple[str, ...]]] = {
    "broadcasting": (broadcasting, ()),
    "reductions": (reductions, REDUCTIONS),
    "shapes": (shapes, ARRANGING),
    "products": (products, ("matmul",)),
    "indexing": (indexing, READING),
}
"""Topics of arrays, each with the operations of which the engine must have one."""
EITHER: dict[str, tuple[Draw, tuple[str, ...]]] = {
    "second_order": (second_order, ()),
    "detach": (detach, ("detach",)),
}
