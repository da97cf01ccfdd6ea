"""A program: what an engine is asked to compute and to differentiate, as plain data."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

Argument = str | int | float
"""Name of an earlier value, or a number that is written into the program."""

GRADIENT = "gradient"
"""The step ``[name, "gradient", [y, x], {"upstream": name}]``: the gradient of ``y``
for the leaf ``x``, a value that later steps compute with."""

SYMBOLS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "power": "**",
    "matmul": "@",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One value: its name, the operation that makes it, and what that works on.

    A name may be used again; it then stands for the newest value.
    """

    name: str
    operation: str
    arguments: tuple[Argument, ...]
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} = {self.expression}"

    @property
    def expression(self) -> str:
        """Write the step as students write it."""
        shown = [str(one) for one in self.arguments]
        if self.operation in SYMBOLS:
            return f" {SYMBOLS[self.operation]} ".join(shown)
        if self.operation == "negate":
            return f"-{shown[0]}"
        if self.operation == GRADIENT:
            return f"gradient of {shown[0]} for {shown[1]}"
        if self.operation in ("slice", "rows"):
            return f"{shown[0]}[{self._key}]"
        settings = [
            f"{name}={_plain(value)}"
            for name, value in self.params.items()
            if value is not None and value is not False
        ]
        return f"{self.operation}({', '.join([*shown, *settings])})"

    @property
    def _key(self) -> str:
        if self.operation == "rows":
            return str(self.params["rows"])
        return ", ".join(_slice(*bounds) for bounds in self.params["slices"])


@dataclass(frozen=True, slots=True)
class Loop:
    """Steps that run several times in a row."""

    times: int
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return f"{self.times} times ({'; '.join(map(str, self.steps))})"


@dataclass(frozen=True, slots=True)
class Pass:
    """One way back.

    Parameters
    ----------
    output
        Name of the value where it starts.
    upstream
        Name of the array that is the gradient of the output; empty for a 1.
    zeroed
        The gradients of the leaves are set to zero before.
    rebuilt
        All steps run again before, from the same leaves.
    """

    output: str
    upstream: str = ""
    zeroed: bool = False
    rebuilt: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """Steps, ways back, and the leaves whose gradients are asked for.

    Parameters
    ----------
    leaves
        Names of the arrays that the steps start from, in order.
    gradients
        Those of the leaves that are differentiated for.
    accumulates
        Whether the gradients of several passes add up.
    """

    steps: tuple[Step | Loop, ...]
    passes: tuple[Pass, ...]
    leaves: tuple[str, ...]
    gradients: tuple[str, ...]
    accumulates: bool = False

    def __str__(self) -> str:
        return "; ".join(map(str, self.steps))

    @property
    def output(self) -> str:
        """Return the name of the value that is compared."""
        return self.passes[0].output

    @property
    def unrolled(self) -> Iterator[Step]:
        """Yield every step that runs, loops written out."""
        for part in self.steps:
            if isinstance(part, Step):
                yield part
            else:
                for _ in range(part.times):
                    yield from part.steps

    @property
    def has_loops(self) -> bool:
        """Tell whether the program is longer than it looks."""
        return any(isinstance(part, Loop) for part in self.steps)

    @property
    def operations(self) -> frozenset[str]:
        """Return the names of all operations in it."""
        return frozenset(step.operation for step in self.unrolled)

    def to_options(self) -> dict[str, Any]:
        """Return JSON values; see ``worker/runner/bindings/programs.py``."""
        return {
            "program": [_written(part) for part in self.steps],
            "passes": [
                [one.output, one.upstream, one.zeroed, one.rebuilt]
                for one in self.passes
            ],
            "leaves": list(self.leaves),
            "gradients": list(self.gradients),
            "accumulates": self.accumulates,
        }

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> "Program":
        """Return the program that ``to_options`` wrote."""
        return cls(
            steps=tuple(_read(part) for part in options["program"]),
            passes=tuple(Pass(*one) for one in options["passes"]),
            leaves=tuple(options["leaves"]),
            gradients=tuple(options["gradients"]),
            accumulates=options["accumulates"],
        )


def follow(
    steps: Iterable[Step],
    start: Mapping[str, T],
    apply: Callable[[Step, Sequence[T | float]], T],
) -> dict[str, T]:
    """Run steps in order and return the newest value of every name."""
    values = dict(start)
    for step in steps:
        operands = [
            values[one] if isinstance(one, str) else one for one in step.arguments
        ]
        values[step.name] = apply(step, operands)
    return values


def _written(part: Step | Loop) -> object:
    if isinstance(part, Loop):
        return {"times": part.times, "steps": [_written(one) for one in part.steps]}
    return [part.name, part.operation, list(part.arguments), dict(part.params)]


def _read(written: Any) -> Step | Loop:
    if isinstance(written, Mapping):
        return Loop(written["times"], tuple(_step(one) for one in written["steps"]))
    return _step(written)


def _step(written: Sequence[Any]) -> Step:
    name, operation, arguments, params = written
    return Step(name, operation, tuple(arguments), params)


def _plain(value: object) -> str:
    if isinstance(value, list):
        inner = ", ".join(_plain(one) for one in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return str(value)


def _slice(start: int | None, stop: int | None, step: int | None) -> str:
    shown = ["" if one is None else str(one) for one in (start, stop, step)]
    return ":".join(shown if step is not None else shown[:2])
