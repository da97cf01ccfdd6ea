"""A program while it is drawn: random leaves, then steps, then ways back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from grader.checks.graphs.program import (
    GRADIENT,
    Argument,
    Loop,
    Pass,
    Program,
    Step,
    follow,
)
from grader.checks.graphs.rules import FORWARDS
from grader.contract.messages import Array
from reference.operations.draws import GRID, signed

Shape = tuple[int, ...]
Policy = Literal["replace", "accumulate", "zeroed"]
Axes = Literal["all", "one", "negative", "several", "kept"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an engine understands, as the assignment declares it.

    Parameters
    ----------
    arrays
        Whether values are arrays; numbers otherwise.
    upstream
        Whether a way back may start at an array, with a gradient for it.
    policy
        What becomes of a leaf's gradient when a second way back begins.
    rebuilds
        Whether the graph is built again for the second way back.
    axes
        Forms of the axis that reductions take.
    batched
        Whether matrix products take stacks of matrices.
    depth
        Operations in the longest chain.
    """

    operations: tuple[str, ...]
    arrays: bool = False
    upstream: bool = False
    policy: Policy = "accumulate"
    rebuilds: bool = False
    axes: tuple[Axes, ...] = ("all", "one", "negative", "several", "kept")
    batched: bool = True
    depth: int = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A program with the arrays it is run on."""

    program: Program
    arrays: Mapping[str, Array]


@dataclass
class Sketch:
    """A program that is being drawn.

    Parameters
    ----------
    draw
        0 or 1: two draws of one topic differ in their shapes.
    """

    dialect: Dialect
    rng: np.random.Generator
    draw: int
    arrays: dict[str, Array] = field(default_factory=dict)
    steps: list[Step | Loop] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    gradients: list[str] = field(default_factory=list)

    @property
    def shape(self) -> Shape:
        """Return the shape of a leaf where nothing depends on it."""
        if not self.dialect.arrays:
            return ()
        return ((3, 4), (5, 2))[self.draw]

    def leaf(self, *names: str, shape: Shape | None = None) -> None:
        """Draw leaves with both signs, away from 0."""
        for name in names:
            lengths = self.shape if shape is None else shape
            self.put(name, signed(self.rng, lengths, scale=0.75))

    def firm(self, *names: str, shape: Shape | None = None) -> None:
        """Draw leaves that may be divided by: magnitudes from a half to 2."""
        for name in names:
            lengths = self.shape if shape is None else shape
            signs = self.rng.choice([-1.0, 1.0], lengths)
            self.put(name, self.between(0.5, 2.0, lengths) * signs)

    def between(self, low: float, high: float, shape: Shape) -> Array:
        """Draw numbers from a range, on the grid of all drawn values."""
        drawn = self.rng.uniform(low, high, shape)
        return np.asarray(np.round(drawn / GRID) * GRID)

    def put(self, name: str, value: Array, *, held: bool = False) -> None:
        """Add a leaf; ``held`` ones are constants whose gradient nobody asks for."""
        self.arrays[name] = np.asarray(value, dtype=float)
        self.leaves.append(name)
        if not held:
            self.gradients.append(name)

    def step(
        self, name: str, operation: str, *arguments: Argument, **params: Any
    ) -> str:
        """Add a step and return its name."""
        self.steps.append(Step(name, operation, arguments, params))
        return name

    def loop(self, times: int, *steps: Step) -> None:
        """Add steps that run several times."""
        self.steps.append(Loop(times, steps))

    def swap(self, operation: str, a: str, b: str) -> Sequence[str]:
        """Return two operands, in the other order in the second draw."""
        return (operation, b, a) if self.draw else (operation, a, b)

    def slope(self, name: str, output: str, leaf: str) -> str:
        """Add the gradient of a value as a step."""
        if self.dialect.arrays and not self.dialect.upstream:
            output = self.total(output)
        upstream = self._upstream(output)
        return self.step(name, GRADIENT, output, leaf, upstream=upstream)

    def end(self, output: str) -> str:
        """Add what makes a way back from ``output`` tell one entry from another.

        A number is multiplied by another one. An array is summed with random weights,
        unless the engine takes an upstream gradient.

        Returns
        -------
        str
            The value where the way back starts.
        """
        if not self.dialect.arrays:
            weight = self._fresh("w")
            self.put(weight, signed(self.rng, ()), held=True)
            return self.step(self._fresh("out"), "multiply", output, weight)
        return output if self.dialect.upstream else self.total(output)

    def total(self, output: str) -> str:
        """Add a sum of the entries of a value, with random weights."""
        weights = self._fresh("w")
        self.put(weights, signed(self.rng, self.value(output).shape), held=True)
        weighted = self.step(self._fresh("weighted"), "multiply", output, weights)
        return self.step(self._fresh("out"), "sum", weighted, axis=None, keepdims=False)

    def back(self, start: str, *, zeroed: bool = False, rebuilt: bool = False) -> None:
        """Add a way back."""
        self.passes.append(Pass(start, self._upstream(start), zeroed, rebuilt))

    def done(self, output: str) -> Drawn:
        """End with one way back from ``output``."""
        self.back(self.end(output))
        return self.drawn()

    def drawn(self) -> Drawn:
        """Return the program as it is."""
        program = Program(
            tuple(self.steps),
            tuple(self.passes),
            tuple(self.leaves),
            tuple(self.gradients),
            self.dialect.policy == "accumulate",
        )
        return Drawn(program, self.arrays)

    def value(self, name: str) -> Array:
        """Return the value of a step on the drawn arrays."""
        program = self.drawn().program
        values = follow(
            program.unrolled,
            self.arrays,
            lambda step, given: np.asarray(
                given[1]
                if step.operation == GRADIENT
                else FORWARDS[step.operation](given, step.params)
            ),
        )
        return values[name]

    def _upstream(self, output: str) -> str:
        if not (self.dialect.arrays and self.dialect.upstream):
            return ""
        name = self._fresh("upstream")
        # Not a leaf: it is given to the way back, not to a step.
        self.arrays[name] = signed(self.rng, self.value(output).shape)
        return name

    def _fresh(self, name: str) -> str:
        taken = {*self.arrays, *(step.name for step in self.drawn().program.unrolled)}
        number = 2
        fresh = name
        while fresh in taken:
            fresh, number = f"{name}{number}", number + 1
        return fresh
