"""The kind ``network``: the student's layers and loss in a row, forward and backward.

Every layer is judged twice. By itself it is given what it would receive in a network
of reference layers, so what its neighbours do wrong costs it nothing. Then the
student's own parts run together, for what only shows there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from grader.checks import calls, own_binding
from grader.checks.answers import Answer
from grader.checks.base import (
    Check,
    CheckParams,
    Finding,
    KeyPath,
    Name,
    Problem,
    Share,
    Trial,
    wrong_component,
)
from grader.checks.compare import reference_answer
from grader.checks.component import Component
from grader.checks.feedback import network as words
from grader.checks.judging import SMALLEST, DrawnCase, Judge
from grader.checks.networks import composition, drawn_network
from grader.checks.networks.composition import Composition
from grader.checks.networks.drawn_network import Chain, Network, UnfitError
from grader.checks.networks.together import Together
from grader.checks.presentation import rows
from grader.checks.ways import Way
from grader.contract.messages import Array, Call
from grader.report import Verdict
from reference.operations.base import Family, Operation
from reference.operations.draws import signed

LOSS = "loss"
TOGETHER = "together"
Count = Annotated[int, Field(strict=True, ge=1, le=1024)]

# Numbers of examples, from which the first are taken that no axis of the network has.
BATCH_SIZES = (5, 7, 9, 11, 13, 3, 15, 17)
# How much wider the second network is.
WIDER = 2
LAYER_REASON = (
    "must be a layer of one array: {name!r} does not map one array x, whose first axis "
    "is the batch, to one output with a gradient for x"
)
LOSS_REASON = "must be a loss of predictions and targets, which {name!r} is not"
ADDED_REASON = (
    "functions of binding.py make new objects for each batch, in which nothing can add "
    "up. Leave this key out, or let binding.py ask the students' classes: "
    "linear = layer_classes"
)


class NetworkParams(CheckParams):
    """Keys of ``kind = "network"``.

    Quantities are one for each layer, its place and its class such as ``"2 ReLU"``;
    ``loss``, the loss at the end; and ``together``, the student's own parts in a row.

    Parameters
    ----------
    layers, loss
        Names of components.
    example
        Shape of one example, such as ``[7]`` or ``[1, 8, 8]``; channels come first even
        where a course has them last.
    widths
        Number of units or feature maps of each layer that has such a choice, in order.
    gradients
        Whether ``grads`` holds the gradients of the last backward only, or adds up.
    follow_through
        Share of the points of ``together`` that is earned if only those layers are
        wrong there that are wrong by themselves.
    """

    layers: Annotated[tuple[Name, ...], Field(min_length=1)]
    loss: Name
    example: Annotated[tuple[Count, ...], Field(min_length=1)] = (7,)
    widths: tuple[Count, ...] = ()
    gradients: Literal["replaced", "added"] = "replaced"
    follow_through: Share = 0.0


class NetworkCheck(Check):
    """Judge each layer in its place, the loss, and all of them together."""

    kind = "network"
    Params = NetworkParams
    params: NetworkParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return the layers by place and class, ``loss`` and ``together``."""
        named = (f"{at} {name}" for at, name in enumerate(params.layers, start=1))
        return (*named, LOSS, TOGETHER)

    @property
    def default_title(self) -> str:
        """Say what the network is made of."""
        return f"Network: {', '.join((*self.params.layers, self.params.loss))}"

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say which parts do not fit together, after trying it once."""
        problems = super().problems(params, components)
        problems += _wrong_parts(params, components)
        if problems:
            return problems
        row = _row(params, components)
        if row.problems:
            return list(row.problems)
        needed = drawn_network.widths_needed(row.layers)
        if len(params.widths) != needed:
            reason = f"must be {needed} numbers, one for each layer that has a width"
            return [(("widths",), f"{reason}, got {len(params.widths)}")]
        chain = drawn_network.chain(row.layers, row.loss, params.widths)
        try:
            drawn_network.draw(chain, np.random.default_rng(0), params.example, (5,))
        except UnfitError as error:
            at_loss = error.place > len(params.layers)
            path = ("loss",) if at_loss else ("layers", error.place - 1)
            problems.append((path, str(error)))
        return problems

    @property
    def parts(self) -> tuple[Component, ...]:
        """Return the layers and the loss."""
        names = (*self.params.layers, self.params.loss)
        return tuple(self.components[name] for name in names)

    @property
    def actions(self) -> tuple[str, ...]:
        """Return the operations of all parts."""
        return tuple(part.operation for part in self.parts)

    def unasked(self, ways: Mapping[str, Way]) -> list[Problem]:
        """Say which layers cannot wait for their upstream gradient."""
        *layers, _ = self.parts
        places: list[tuple[KeyPath, Component]] = [
            (("layers", at), part) for at, part in enumerate(layers)
        ]
        problems = list(own_binding.at_once(places, ways))
        anew = any(own_binding.makes_anew(part, ways) for part in layers)
        if self.params.gradients == "added" and anew:
            problems.append((("gradients",), ADDED_REASON))
        return problems

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask for everything at once, then judge layer by layer."""
        networks = self._networks(trial)
        alone = [*self._layers_alone(trial, networks), self._loss_alone(networks)]
        questions = [one.request(arrays) for one in alone for arrays in one.received]
        composed = [composition.request(network) for network in networks[:2]]
        answers = trial.ask([*questions, *composed])
        given = iter(answers)
        found = [
            self._alone(trial, one, [next(given) for _ in one.received])
            for one in alone
        ]
        together = Together(
            trial=trial,
            composed=[
                self._composition(trial, network, next(given))
                for network in networks[:2]
            ],
            alone=found,
            single_precision=self.params.single_precision,
            share=self.params.follow_through,
            again=lambda: self._square(trial),
        )
        every = [*found, together.finding(TOGETHER)]
        return [finding for finding in every if finding.quantity in self.points]

    @cached_property
    def _chain(self) -> Chain:
        return self._chain_of(self.params.widths)

    def _chain_of(self, widths: Sequence[int]) -> Chain:
        row = _row(self.params, self.components)
        return drawn_network.chain(row.layers, row.loss, widths)

    def _networks(self, trial: Trial) -> list[Network]:
        """Return two networks of different shape, and one that sees one example."""
        example, widths = self.params.example, self.params.widths
        taken = {*example, *widths, *(width + WIDER for width in widths)}
        first, second = [n for n in BATCH_SIZES if n not in taken][:2] or (5, 7)
        networks = [
            self._drawn(trial, "first", self._chain, first),
            self._second(trial, second),
        ]
        if self._chain.smallest_batch == 1:
            networks.append(self._drawn(trial, "smallest", self._chain, 1))
        return networks

    def _second(self, trial: Trial, count: int) -> Network:
        """Draw a wider network, or one of the same widths where that does not fit."""
        wider = self._chain_of([width + WIDER for width in self.params.widths])
        try:
            return self._drawn(trial, "second", wider, count)
        except UnfitError:
            return self._drawn(trial, "second", self._chain, count)

    def _drawn(self, trial: Trial, purpose: str, chain: Chain, count: int) -> Network:
        rng = trial.rng(f"{purpose} network")
        return drawn_network.draw(chain, rng, self.params.example, (count, count))

    def _square(self, trial: Trial) -> list[Composition]:
        """Run networks whose layers all have the same shape.

        Where layers share what they should not, shapes that differ end in an
        exception; equal ones give numbers that say what is shared.
        """
        side = self.params.example[0]
        chain = self._chain_of([side] * len(self.params.widths))
        try:
            networks = [
                self._drawn(trial, purpose, chain, side + 1)
                for purpose in ("first square", "second square")
            ]
        except UnfitError:
            return []
        answers = trial.ask([composition.request(network) for network in networks])
        return [
            self._composition(trial, network, answer)
            for network, answer in zip(networks, answers, strict=True)
        ]

    def _composition(
        self, trial: Trial, network: Network, answer: Answer
    ) -> Composition:
        adds = self.params.gradients == "added"
        return Composition(network, answer, trial.rng("composition"), adds)

    def _layers_alone(
        self, trial: Trial, networks: Sequence[Network]
    ) -> Iterable["_Alone"]:
        """Yield each layer with what it receives in the right networks.

        All but the first get a random upstream gradient. That of a network may hide a
        mistake: what a ReLU hands back where it is off, a pooling after it never asks.
        """
        rng = trial.rng("upstream")
        for at, place in enumerate(self._chain.places):
            first, *others = [network.batches[0].received[at] for network in networks]
            drawn = [
                {**arrays, place.upstream: signed(rng, arrays[place.upstream].shape)}
                for arrays in others
            ]
            part = words.layer(place.number, place.part.name)
            yield _Alone(place.name, part, place.part, place.operation, (first, *drawn))

    def _loss_alone(self, networks: Sequence[Network]) -> "_Alone":
        loss, operation = self._chain.loss, self._chain.loss_operation
        received = tuple(network.batches[0].loss for network in networks)
        return _Alone(LOSS, f"the loss ({loss.name})", loss, operation, received)

    def _alone(self, trial: Trial, one: "_Alone", answers: list[Answer]) -> Finding:
        rng = trial.rng(f"scales {one.quantity}")
        variants = (0, 1, SMALLEST)
        cases = [
            DrawnCase(arrays, reference_answer(one.operation, arrays, rng), variant)
            for arrays, variant in zip(one.received, variants, strict=False)
        ]
        policy = self.params.single_precision
        judge = Judge(trial, one.component, one.operation, policy, cases, answers)
        return _whole(judge, one.quantity, one.part)


@dataclass(frozen=True, eq=False)
class _Alone:
    """A layer or the loss by itself, at its place in networks that are right.

    Parameters
    ----------
    part
        What messages call it.
    """

    quantity: str
    part: str
    component: Component
    operation: Operation
    received: tuple[Mapping[str, Array], ...]

    def request(self, arrays: Mapping[str, Array]) -> Call:
        """Ask the part for its output and its gradients."""
        ask = calls.loss if self.operation.family is Family.LOSS else calls.layer
        return ask(self.component, self.operation, arrays, backward=True)


def _whole(judge: Judge, quantity: str, part: str) -> Finding:
    """Judge all that a part gives; the first that is wrong speaks for it."""
    found = [judge.finding(name) for name in judge.operation.quantities]
    for finding in found:
        if finding.verdict is not Verdict.PASSED:
            message = words.in_place(part, finding.message)
            return Finding(
                quantity,
                finding.verdict,
                message,
                None,
                finding.diagnosis,
                finding.evidence,
            )
    noticed = next((one for one in found if "notice" in one.evidence), found[0])
    notice = str(noticed.evidence.get("notice", ""))
    message = f"{words.right_in_place(part)} {notice}".strip()
    return Finding(quantity, Verdict.PASSED, message, evidence=noticed.evidence)


def _row(params: Any, components: Mapping[str, Component]) -> rows.Row:
    return rows.row(
        [components[name] for name in params.layers], components[params.loss]
    )


def _wrong_parts(params: Any, components: Mapping[str, Component]) -> list[Problem]:
    problems: list[Problem] = []
    for position, name in enumerate(params.layers):
        reason = wrong_component(name, components, (Family.LAYER,))
        if not reason and not _is_layer_of_one(components[name].plain()):
            reason = LAYER_REASON.format(name=name)
        if reason:
            problems.append((("layers", position), reason))
    reason = wrong_component(params.loss, components, (Family.LOSS,))
    if not reason and len(components[params.loss].reference().inputs) != 2:
        reason = LOSS_REASON.format(name=params.loss)
    if reason:
        problems.append((("loss",), reason))
    return problems


def _is_layer_of_one(operation: Operation) -> bool:
    returned = [name for name in operation.outputs if name not in operation.states]
    fits = (
        operation.arguments == ("x",)
        and "x" in operation.differentiable
        and len(returned) == 1
    )
    if not fits:
        return False
    smallest = operation.draw(np.random.default_rng(0), variant=SMALLEST)["x"]
    return smallest.ndim > 1 and len(smallest) == operation.smallest_batch
