"""Programs for the topics that every engine has, whether of numbers or of arrays."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.checks.graphs.program import Step
from grader.checks.graphs.sketch import Dialect, Drawn, Sketch

Draw = Callable[[Callable[[], Sketch]], Iterator[Drawn]]
"""Yields the programs of a topic; each is drawn on a fresh sketch."""

UNARY = ("negate", "tanh", "sigmoid", "exp", "log", "sqrt", "sin", "cos")
BINARY = ("add", "subtract", "multiply", "divide")
BOUNDED = ("tanh", "sigmoid", "sin", "cos", "exp")
# So many ways lead through a chain of this length that no machine can walk them all.
DIAMONDS = 40
FEW_DIAMONDS = 6


def declared(sketch: Sketch, names: tuple[str, ...]) -> list[str]:
    """Return those of the operations that the engine has."""
    return [name for name in names if name in sketch.dialect.operations]


def chain(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw every operation by itself, then some behind each other."""
    for name in declared(new(), BINARY):
        sketch = new()
        sketch.firm("x", "y")
        yield sketch.done(sketch.step("t", name, "x", "y"))
    for name in declared(new(), UNARY):
        sketch = new()
        sketch.put("x", sketch.between(0.5, 2.0, sketch.shape))
        yield sketch.done(sketch.step("t", name, "x"))
    if "relu" in new().dialect.operations:
        yield _relu(new())
    yield _behind_each_other(new())


def _relu(sketch: Sketch) -> Drawn:
    """Draw units that are on and off, and gradients of both signs for each of them."""
    if sketch.dialect.arrays:
        sketch.firm("x")
        return sketch.done(sketch.step("t", "relu", "x"))
    for name, unit, sign in (
        ("x", "a", 1),
        ("y", "b", -1),
        ("z", "c", 1),
        ("v", "d", -1),
    ):
        sketch.put(name, sign * sketch.between(0.5, 2.0, ()))
        sketch.step(unit, "relu", name)
    sketch.put("m", -sketch.between(0.5, 2.0, ()), held=True)
    sketch.step("p", "add", "a", "b")
    sketch.step("q", "add", "c", "d")
    sketch.step("r", "multiply", "q", "m")
    return sketch.done(sketch.step("t", "add", "p", "r"))


def _behind_each_other(sketch: Sketch) -> Drawn:
    sketch.leaf("x", "y", "z", "v")
    sketch.step("a", "multiply", "x", "y")
    sketch.step("b", "add", "a", "z")
    bounded = declared(sketch, BOUNDED)
    if bounded:
        sketch.step("b", str(sketch.rng.choice(bounded)), "b")
    return sketch.done(sketch.step("t", "multiply", "b", "v"))


def constants(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw each operation with a plain number on either side."""
    for name in declared(new(), BINARY):
        for number_first in (False, True):
            sketch = new()
            sketch.firm("x")
            number = _number(sketch)
            operands = (number, "x") if number_first else ("x", number)
            yield sketch.done(sketch.step("t", name, *operands))
    if "power" in new().dialect.operations:
        for exponent in (3, -1) if "divide" in new().dialect.operations else (3,):
            sketch = new()
            sketch.firm("x")
            # The two draws differ: 3 and 2, -1 and -2.
            yield sketch.done(sketch.step("t", "power", "x", exponent - sketch.draw))


def _number(sketch: Sketch) -> float | int:
    """Return a whole number in one draw and a fraction in the other."""
    if sketch.draw:
        return round(float(sketch.rng.uniform(1.2, 2.8)), 2)
    return int(sketch.rng.integers(2, 6))


def fan_out(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw leaves that several operations use; nothing in between is used twice."""
    for operands in (("a", "b"), ("b", "a")):
        sketch = new()
        sketch.leaf("x", "y", "z")
        sketch.step("a", "add", "x", "y")
        sketch.step("b", "multiply", "x", "z")
        yield sketch.done(sketch.step("t", "add", *operands))
    sketch = new()
    sketch.leaf("x", "y", "z", "v")
    sketch.step("a", "add", "x", "y")
    sketch.step("b", "multiply", "x", "z")
    sketch.step("c", "multiply", "v", "x")
    sketch.step("d", *sketch.swap("multiply", "a", "b"))
    yield sketch.done(sketch.step("t", *sketch.swap("add", "d", "c")))


def reuse(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw values that are both operands of one operation."""
    for operation in ("multiply", "add"):
        sketch = new()
        sketch.leaf("x")
        yield sketch.done(sketch.step("t", operation, "x", "x"))
    sketch = new()
    sketch.leaf("x")
    sketch.step("u", "multiply", "x", "x")
    yield sketch.done(sketch.step("t", *sketch.swap("multiply", "u", "x")))
    sketch = new()
    sketch.leaf("x")
    sketch.step("u", "add", "x", "x")
    yield sketch.done(sketch.step("t", *sketch.swap("multiply", "u", "x")))
    sketch = new()
    sketch.leaf("x", "y")
    sketch.step("u", "multiply", "x", "y")
    yield sketch.done(sketch.step("t", "multiply", "u", "u"))


def diamond(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw values in between that are used twice, at different distances."""
    for operands in (("v", "u"), ("u", "v")):
        sketch = new()
        sketch.leaf("x", "y")
        sketch.step("u", *sketch.swap("multiply", "x", "y"))
        sketch.step("v", "add", "u", "x")
        yield sketch.done(sketch.step("t", "multiply", *operands))
    for operands in (("b", "u"), ("u", "b")):
        sketch = new()
        sketch.leaf("x", "y", "z")
        sketch.step("u", *sketch.swap("multiply", "x", "y"))
        sketch.step("a", "multiply", "u", "z")
        sketch.step("b", *sketch.swap("add", "a", "u"))
        yield sketch.done(sketch.step("t", "multiply", *operands))


def two_backwards(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw a graph that is gone through twice, and two outputs over the same leaves."""
    sketch = new()
    sketch.leaf("x", "y")
    sketch.step("u", "multiply", "x", "x")
    start = sketch.end(sketch.step("t", "multiply", "u", "y"))
    _twice(sketch, start, start)
    yield sketch.drawn()
    sketch = new()
    sketch.leaf("x", "y")
    sketch.step("u", "multiply", "x", "y")
    first = sketch.end(sketch.step("s", "add", "u", "x"))
    second = sketch.end(sketch.step("t", "multiply", "u", "y"))
    _twice(sketch, first, second)
    yield sketch.drawn()


def _twice(sketch: Sketch, first: str, second: str) -> None:
    dialect = sketch.dialect
    sketch.back(first)
    zeroed = dialect.policy == "zeroed"
    sketch.back(second, zeroed=zeroed, rebuilt=dialect.rebuilds)


def cost(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw chains in which every step uses the one before twice: short, then long."""
    for times in (FEW_DIAMONDS, DIAMONDS):
        yield _diamonds(new(), times)
        yield _doublings(new(), times)


def _diamonds(sketch: Sketch, times: int) -> Drawn:
    shape = (3,) if sketch.dialect.arrays else ()
    sketch.leaf("x", shape=shape)
    share = sketch.between(1.25, 1.75, shape)
    sketch.put("a", share)
    # Nearly a + b = 1: neither the value nor its gradient grows without bound.
    sketch.put("b", sketch.between(0.97, 1.03, shape) - share)
    start = sketch.step("y", "multiply", "x", "a")
    sketch.loop(
        times,
        Step("p", "multiply", (start, "a")),
        Step("q", "multiply", (start, "b")),
        Step("y", "add", ("p", "q")),
    )
    return sketch.done("y")


def _doublings(sketch: Sketch, times: int) -> Drawn:
    shape = (3,) if sketch.dialect.arrays else ()
    sketch.leaf("x", shape=shape)
    sketch.put("a", sketch.between(0.48, 0.52, shape))
    start = sketch.step("y", "multiply", "x", "a")
    sketch.loop(
        times,
        Step("y", "add", (start, start)),
        Step("y", "multiply", (start, "a")),
    )
    return sketch.done("y")


def depth(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw two long chains, of a sum and a product by turns, and of products alone."""
    for both in (True, False):
        sketch = new()
        shape = (3,) if sketch.dialect.arrays else ()
        sketch.leaf("x", "b", shape=shape)
        near = 1.0 / sketch.dialect.depth
        sketch.put("a", 1.0 + sketch.between(0.5, 1.0, shape) * near)
        sketch.step("y", "add", "x", "b")
        product = Step("y", "multiply", ("y", "a"))
        body = (product, Step("y", "add", ("y", "b"))) if both else (product,)
        sketch.loop(sketch.dialect.depth // len(body), *body)
        yield sketch.done("y")


def order(new: Callable[[], Sketch]) -> Iterator[Drawn]:
    """Draw graphs whose nodes can be put into several right orders."""
    for late in (False, True):
        sketch = new()
        sketch.leaf("x", "y", "z")
        sketch.step("u", *sketch.swap("multiply", "x", "y"))
        sketch.step("v", "add", *(("z", "u") if late else ("u", "z")))
        sketch.step("s", *sketch.swap("multiply", "u", "v"))
        sketch.step("r", "add", *(("x", "s") if late else ("v", "s")))
        sketch.back(sketch.step("t", "multiply", "r", "u"))
        yield sketch.drawn()


COMMON: dict[str, Draw] = {
    "chain": chain,
    "fan_out": fan_out,
    "reuse": reuse,
    "diamond": diamond,
    "constants": constants,
    "two_backwards": two_backwards,
    "cost": cost,
    "depth": depth,
    "order": order,
}
SINGLE = ("cost", "depth")
"""Topics that are drawn once: their programs differ in length already."""


def drawn(
    topic: Draw, name: str, dialect: Dialect, rng: np.random.Generator
) -> list[Drawn]:
    """Return all programs of a topic, two draws of each with different shapes."""
    draws = (0,) if name in SINGLE else (0, 1)
    return [
        found
        for number in draws
        for found in topic(lambda number=number: Sketch(dialect, rng, number))  # type: ignore[misc]
    ]
