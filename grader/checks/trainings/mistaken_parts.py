"""Replay training with the known mistakes of a student's parts, on our side.

This is for loops that cannot be run over supplied parts, because they call functions of
their own file. A wrong layer makes every later loss wrong, whoever wrote the loop.
Where the mistake has been recognised by name, the reference network can make the same
one. A loop whose losses follow that network has done everything right itself: start
weights, data and order are secret, so nothing but the right loop over these parts gives
these losses.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import cast

import numpy as np

from grader.checks.component import Component
from grader.checks.mistakes import wrong_answer
from grader.checks.sightings import IMPOSSIBLE
from grader.checks.trainings import bands, replay
from grader.checks.trainings.replay import Net, Task
from grader.contract.messages import Array
from grader.report import CheckResult, Verdict
from reference.misconceptions import for_operation
from reference.misconceptions.base import Misconception, VisibleOn
from reference.operations.base import Operation
from reference.protocols import Layer, Loss, Parameters, Stepper

Arrays = Mapping[str, Array]
Mistakes = Mapping[str, Misconception]

# What says nothing about the numbers that training meets.
APART = frozenset({"gradcheck", "interface", "stability"})
TRAJECTORY = "trajectory"
MOST_CANDIDATES = 8
# Losses that must be compared at least, and above which log(0) is likely.
LEAST_STEPS = 5
OVERFLOWING = 20.0


def explain(
    task: Task,
    earlier: Sequence[CheckResult],
    losses: Array,
    rng: np.random.Generator,
) -> bool:
    """Tell whether the known mistakes of the parts account for these losses.

    Only as many steps are compared as show every known mistake of a loop, and as can
    be predicted at all.

    Parameters
    ----------
    earlier
        Results so far. Every wrong part of the network must have been recognised.
    losses
        What the student's loop reported, one for each step.
    """
    candidates = known_mistakes(task.net, earlier)
    return any(
        _account_for(task, mistakes, losses, rng)
        for mistakes in islice(candidates, MOST_CANDIDATES)
    )


def _account_for(
    task: Task,
    mistakes: Mapping[str, Mistakes],
    losses: Array,
    rng: np.random.Generator,
) -> bool:
    steps = replay.telling_steps(task)
    mistaken = _mistaken(task, mistakes, steps)
    try:
        wrong, _ = mistaken.run(task.weights)
        band = bands.band(mistaken, wrong, rng, bands.DOUBLE)
    except (*IMPOSSIBLE, ArithmeticError):
        return False  # a mistake that only fits the sizes of its own check
    # A gap of some 700 between two logits costs careless code its digits and then makes
    # log(0). Such a loss says nothing, and the training goes on as it would have.
    got, wrong = losses[: band.horizon], wrong[: band.horizon]
    overflown = np.isposinf(got) & (wrong > OVERFLOWING)
    if np.count_nonzero(~overflown) < LEAST_STEPS:
        return False
    with np.errstate(all="ignore"):
        close = np.abs(got - wrong) <= replay.ALIKE * np.abs(wrong)
    return bool(np.all(close | overflown))


def known_mistakes(
    net: Net, earlier: Sequence[CheckResult]
) -> Iterator[dict[str, Mistakes]]:
    """Yield, for each wrong part, the wrong formula of each wrong quantity.

    Several times where one name stands for several formulas; not at all if nothing is
    wrong, or if any wrong quantity was not recognised: then nothing can be replayed.
    """
    parts = {part.name: part for part in (*net.layers, net.loss, net.optimizer)}
    places: list[tuple[str, str]] = []
    choices: list[list[Misconception]] = []
    for result in earlier:
        part = parts.get(result.component)
        if part is None or result.quantity in APART:
            continue
        if result.verdict is Verdict.PASSED:
            continue
        places.append((part.name, result.quantity))
        choices.append(_entries(part.operation, result))
    if not places:
        return
    for chosen in product(*choices):
        found: dict[str, dict[str, Misconception]] = {}
        for (name, quantity), entry in zip(places, chosen, strict=True):
            found.setdefault(name, {})[quantity] = entry
        yield cast(dict[str, Mistakes], found)


def _entries(operation: str, result: CheckResult) -> list[Misconception]:
    """Return the library's formulas for a diagnosis."""
    if result.diagnosis is None:
        return []
    return [
        entry
        for entry in for_operation(operation)
        if entry.id == result.diagnosis.id
        and entry.title == result.diagnosis.title
        and entry.visible_on is VisibleOn.DRAWS
    ]


def _mistaken(task: Task, mistakes: Mapping[str, Mistakes], steps: int) -> Task:
    return replace(
        task, net=mistaken_net(task.net, mistakes), batches=task.batches[:steps]
    )


def mistaken_net(net: Net, mistakes: Mapping[str, Mistakes]) -> Net:
    """Return the network with known wrong formulas in some of its parts.

    Parameters
    ----------
    mistakes
        For the name of a part, the wrong formula of each wrong quantity; that of an
        optimizer is called ``trajectory``.
    """
    return _MistakenNet(
        net.layers,
        net.loss,
        net.optimizer,
        net.optimizer_operation,
        net.widths,
        mistakes,
    )


@dataclass(frozen=True, slots=True)
class _MistakenNet(Net):
    """A network some of whose parts compute a known wrong formula."""

    mistakes: Mapping[str, Mistakes] = field(default_factory=dict)

    def build(self, weights: Arrays) -> tuple[list[Layer], Loss]:
        layers, loss = Net.build(self, weights)
        for index, part in enumerate(self.layers):
            if part.name in self.mistakes:
                layers[index] = _MistakenLayer(
                    part.reference(),
                    self.mistakes[part.name],
                    layers[index].params,
                )
        if self.loss.name in self.mistakes:
            loss = _mistaken_loss(self.loss, self.mistakes[self.loss.name])
        return layers, loss

    def stepper(self, layers: Sequence[Layer]) -> Stepper:
        mistakes = self.mistakes.get(self.optimizer.name)
        if mistakes is None:
            return Net.stepper(self, layers)
        return _MistakenOptimizer(
            self.optimizer_operation, mistakes[TRAJECTORY], list(layers)
        )


def _with_mistakes(
    operation: Operation, mistakes: Mistakes, arrays: Arrays
) -> dict[str, Array]:
    """Return the right answer with the mistaken quantities in place."""
    answer = operation.answer(arrays)
    for quantity, mistake in mistakes.items():
        wrong = wrong_answer(mistake, operation, arrays)
        if quantity in answer:
            answer[quantity] = wrong.get(quantity, answer[quantity])
    return answer


@dataclass
class _MistakenLayer:
    """A layer whose wrong quantities come from the library."""

    operation: Operation
    mistakes: Mistakes
    params: dict[str, Array]
    grads: dict[str, Array] = field(default_factory=dict)
    _x: Array | None = None

    def forward(self, x: Array) -> Array:
        self._x = x
        arrays = {"x": x, **self.params}
        out = self.operation.answer(arrays)["out"]
        if "out" not in self.mistakes:
            return out
        # The library's formulas expect an upstream gradient; no output depends on it.
        arrays["grad_out"] = np.zeros_like(out)
        return _with_mistakes(self.operation, self.mistakes, arrays)["out"]

    def backward(self, grad_out: Array) -> Array:
        assert self._x is not None  # noqa: S101 - the loop calls forward first
        arrays = {"x": self._x, **self.params, "grad_out": grad_out}
        answer = _with_mistakes(self.operation, self.mistakes, arrays)
        self.grads = {name: answer[f"grad_{name}"] for name in self.params}
        return answer["grad_x"]


@dataclass
class _MistakenLoss:
    """A loss whose value or gradient comes from the library."""

    operation: Operation
    mistakes: Mistakes
    _gradient: Array | None = None

    def forward(self, predictions: Array, targets: Array, /) -> float:
        arrays = dict(zip(self.operation.inputs, (predictions, targets), strict=True))
        answer = _with_mistakes(self.operation, self.mistakes, arrays)
        (name,) = self.operation.gradients
        self._gradient = answer[name]
        return float(answer["loss"])

    def backward(self) -> Array:
        assert self._gradient is not None  # noqa: S101 - the loop calls forward first
        return self._gradient


def _mistaken_loss(part: Component, mistakes: Mistakes) -> Loss:
    return _MistakenLoss(part.reference(), mistakes)


class _MistakenOptimizer:
    """An optimizer that replays a wrong rule from the start at every step.

    The library states rules for a whole path of gradients. Only few steps are compared,
    so computing the path again each time costs little.
    """

    def __init__(
        self, operation: Operation, mistake: Misconception, layers: list[Parameters]
    ) -> None:
        self._operation = operation
        self._mistake = mistake
        self._layers = [layer for layer in layers if layer.params]
        self._start = [dict(layer.params) for layer in self._layers]
        self._gradients: list[dict[str, list[Array]]] = [
            {name: [] for name in layer.params} for layer in self._layers
        ]

    def step(self) -> None:
        for layer, start, past in zip(
            self._layers, self._start, self._gradients, strict=True
        ):
            for name, gradients in past.items():
                gradients.append(layer.grads[name])
            arrays = {
                **self._absent(len(next(iter(past.values())))),
                **start,
                **{f"grad_{name}": np.array(found) for name, found in past.items()},
            }
            path = self._operation.answer(arrays)
            path |= wrong_answer(self._mistake, self._operation, arrays)
            layer.params = {name: path[name][-1] for name in layer.params}

    def _absent(self, steps: int) -> dict[str, Array]:
        """Return zeros for parameters that a layer without them still is asked for."""
        found = {name: np.zeros(1) for name in self._operation.parameters}
        gradients = {f"grad_{name}": np.zeros((steps, 1)) for name in found}
        return {**found, **gradients}
