"""What each part of a student's network did with what it received there.

A layer is held to what the reference layer makes of the numbers that the student's own
parts handed to it. The first layer gets ours, so a network all of whose parts are right
for what they received is right as a whole, and the first wrong part is found by going
through the steps in the order in which they ran.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader.checks import calls
from grader.checks.answers import Answer
from grader.checks.compare import (
    Comparison,
    Expected,
    compare,
    reference_answer,
)
from grader.checks.component import Component
from grader.checks.networks.drawn_network import Network, Place
from grader.checks.presentation import leniency
from grader.contract.messages import Array, Call
from reference.errors import ReferenceUseError
from reference.operations.base import Operation

Arrays = Mapping[str, Array]

# Closer to a kink nothing can be said about the student's own numbers.
NEAR = 2.0**-24
LOSS = "loss"


@dataclass(frozen=True, eq=False)
class Step:
    """One quantity of one part in one batch.

    Parameters
    ----------
    number
        Place of the layer from 1; one more than there are layers for the loss.
    received
        Everything the part used; hypotheses about the answer start from it.
    expected
        ``None`` where the reference cannot say what is right for these numbers.
    """

    batch: int
    number: int
    part: Component
    operation: Operation
    quantity: str
    received: Arrays
    expected: Expected | None
    got: Array

    @property
    def is_backward(self) -> bool:
        """Tell whether the quantity comes from backward."""
        return self.quantity in self.operation.gradients

    def comparison(self) -> Comparison | None:
        """Compare; ``None`` where nothing can be said."""
        return None if self.expected is None else compare(self.expected, self.got)


def request(network: Network) -> Call:
    """Ask for every batch of a network, forward and backward."""
    chain = network.chain
    arrays: dict[str, Array] = {}
    layers = []
    for place in chain.places:
        operation = place.operation
        first = network.batches[0].received[place.number - 1]
        for name in operation.parameters:
            arrays[f"{place.number}.{name}"] = first[name]
        layers.append(
            {
                **calls.layer(place.part, operation, first, backward=True).options,
                "operation": place.part.operation,
                "read_states": [
                    name for name in operation.outputs if name in operation.states
                ],
                "upstream_shape": list(first[place.upstream].shape),
            }
        )
    targets = chain.loss_operation.inputs[1]
    for at, batch in enumerate(network.batches):
        arrays[f"{at}.x"] = batch.received[0]["x"]
        arrays[f"{at}.targets"] = batch.loss[targets]
        for place, received in zip(chain.places, batch.received, strict=True):
            for name in place.operation.states:
                arrays[f"{at}.{place.number}.{name}"] = received[name]
    loss = network.batches[0].loss
    asked = calls.loss(chain.loss, chain.loss_operation, loss, backward=True).options
    options = {
        "family": "network",
        "layers": layers,
        "loss": chain.loss.name,
        "loss_construct": asked["construct"],
        "loss_spec": {**asked, "operation": chain.loss.operation},
        "passes": len(network.batches),
    }
    return Call("network", arrays, options)


@dataclass(eq=False)
class Composition:
    """A student's network as it ran.

    Parameters
    ----------
    adds
        Whether gradients of parameters are to be added up over the batches.
    """

    network: Network
    answer: Answer
    rng: np.random.Generator
    adds: bool = False
    _totals: dict[tuple[int, str], Expected] = field(default_factory=dict)

    def steps(self) -> Iterator[Step]:
        """Yield what there is, in the order in which it was computed."""
        for at in range(len(self.network.batches)):
            yield from self._batch(at)

    @property
    def reached(self) -> int:
        """Return the number of the part at which the network stopped."""
        for key, number in self._expected_arrays():
            if key not in self.answer.arrays:
                return number
        return len(self.network.chain.places)

    @property
    def is_complete(self) -> bool:
        """Tell whether every array came back."""
        return all(key in self.answer.arrays for key, _ in self._expected_arrays())

    def _expected_arrays(self) -> Iterator[tuple[str, int]]:
        """Yield the name of every array that must come back, and whose it is."""
        places = self.network.chain.places
        for at in range(len(self.network.batches)):
            for place in places:
                for name in place.operation.outputs:
                    yield f"{at}.{place.number}.{name}", place.number
            yield f"{at}.loss", len(places) + 1
            yield f"{at}.loss.grad", len(places) + 1
            for place in reversed(places):
                yield f"{at}.{place.number}.grad_x", place.number
            for place in places:
                for name in place.operation.parameters:
                    yield f"{at}.{place.number}.grad_{name}", place.number

    def changed(self, number: int, what: str) -> bool:
        """Tell whether a layer wrote into what it was given."""
        return any(
            bool(np.any(self.answer.arrays.get(f"{at}.{number}.changed_{what}", False)))
            for at in range(len(self.network.batches))
        )

    def received(self, at: int) -> list[Arrays]:
        """Return what each part received in a batch, as far as it came; loss last."""
        batch, found = self.network.batches[at], self.answer.arrays
        value: Array | None = batch.received[0]["x"]
        everything: list[Arrays] = []
        for place, right in zip(self.network.chain.places, batch.received, strict=True):
            if value is None:
                return everything
            kept = {name: right[name] for name in place.operation.inputs}
            arrays = {**kept, "x": value}
            upstream = self._upstream(at, place)
            if upstream is not None:
                arrays[place.upstream] = upstream
            everything.append(arrays)
            value = _real(found.get(f"{at}.{place.number}.out"))
        if value is not None:
            predictions = self.network.chain.loss_operation.inputs[0]
            everything.append({**batch.loss, predictions: value})
        return everything

    def _upstream(self, at: int, place: Place) -> Array | None:
        last = place.number == len(self.network.chain.places)
        source = "loss.grad" if last else f"{place.number + 1}.grad_x"
        return _real(self.answer.arrays.get(f"{at}.{source}"))

    def _batch(self, at: int) -> Iterator[Step]:
        received = self.received(at)
        places = self.network.chain.places[: len(received)]
        right = [
            self._expected(place, arrays)
            for place, arrays in zip(places, received, strict=False)
        ]
        for place, expected in zip(places, right, strict=True):
            for name in place.operation.outputs:
                yield from self._step(at, place, name, received, expected.get(name))
        if len(received) > len(places):
            yield from self._loss_steps(at, received[-1])
        for place, expected in reversed(list(zip(places, right, strict=True))):
            for name in place.operation.gradients:
                wanted = self._wanted(place, name, expected.get(name))
                yield from self._step(at, place, name, received, wanted)

    def _expected(self, place: Place, arrays: Arrays) -> dict[str, Expected]:
        """Return what is right, forward alone where the upstream cannot be used."""
        forward = {k: v for k, v in arrays.items() if k != place.upstream}
        both = _right(place.operation, arrays, self.rng)
        return both or _right(place.operation, forward, self.rng)

    def _step(
        self,
        at: int,
        place: Place,
        name: str,
        received: Sequence[Arrays],
        expected: Expected | None,
    ) -> Iterator[Step]:
        got = self.answer.arrays.get(f"{at}.{place.number}.{name}")
        if got is not None:
            own = received[place.number - 1]
            yield Step(
                at,
                place.number,
                place.part,
                place.operation,
                name,
                own,
                expected,
                _accepted(place.part, name, expected, got),
            )

    def _loss_steps(self, at: int, arrays: Arrays) -> Iterator[Step]:
        operation = self.network.chain.loss_operation
        number = len(self.network.chain.places) + 1
        right = _right(operation, arrays, self.rng)
        (gradient,) = operation.gradients
        for name, key in ((LOSS, LOSS), (gradient, "loss.grad")):
            got = self.answer.arrays.get(f"{at}.{key}")
            if got is not None:
                yield Step(
                    at,
                    number,
                    self.network.chain.loss,
                    operation,
                    name,
                    arrays,
                    right.get(name),
                    got,
                )

    def _wanted(
        self, place: Place, name: str, expected: Expected | None
    ) -> Expected | None:
        """Return what ``grads`` should hold, which may be a sum over the batches."""
        is_held = place.operation.gradients[name] in place.operation.parameters
        if not self.adds or not is_held or expected is None:
            return expected
        key = (place.number, name)
        before = self._totals.get(key)
        if before is not None:
            kappa = max(before.kappa, expected.kappa)
            expected = Expected(before.value + expected.value, kappa)
        self._totals[key] = expected
        return expected


def _accepted(
    part: Component, name: str, expected: Expected | None, got: Array
) -> Array:
    """Return an answer in the right shape if it has one that will do."""
    if expected is None or name not in part.accept:
        return got
    return leniency.reshaped(expected.value, got, part.accept[name])


def _real(value: Array | None) -> Array | None:
    """Return numbers that the reference can be asked about."""
    if value is None or value.dtype.kind not in "fiub":
        return None
    return value.astype(np.float64)


def _right(
    operation: Operation, arrays: Arrays, rng: np.random.Generator
) -> dict[str, Expected]:
    """Return what is right for these numbers; nothing where that is not known."""
    try:
        if operation.margin(arrays) < NEAR:
            return {}
        with np.errstate(all="ignore"):
            return reference_answer(operation, arrays, rng)
    except (ReferenceUseError, ValueError, IndexError, ArithmeticError):
        return {}
