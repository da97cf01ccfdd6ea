"""Networks of reference layers with drawn parameters, away from every kink."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.checks.component import Component
from grader.checks.networks.fitting import BIASES, Shape, Template, template
from grader.checks.presentation import rows
from grader.contract.messages import Array
from reference.errors import ReferenceUseError
from reference.operations.base import Operation
from reference.operations.class_labels import class_labels
from reference.operations.draws import GRID, labels, signed

Arrays = Mapping[str, Array]

# No value comes nearer to a kink than this, nor two maxima to each other: a thousand
# times what single precision may move it.
ENOUGH = 2.0**-12
ATTEMPTS = 200
LOSS_ATTEMPTS = 20
# Where a window of a pooling layer sees only zeros of a ReLU, its entries are equal.
# Biases are then moved up by this share of the spread of a feature.
SHIFT = 0.25


class UnfitError(Exception):
    """The parts cannot be put together.

    Parameters
    ----------
    place
        Number of the layer, from 1; one more than there are layers for the loss.
    """

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place


@dataclass(frozen=True, eq=False)
class Place:
    """One layer of the network.

    Parameters
    ----------
    number
        From 1.
    width
        Number of features it gives; without meaning where it has no such choice.
    """

    number: int
    part: Component
    operation: Operation
    template: Template
    width: int

    @property
    def name(self) -> str:
        """Return what the place is called in an assignment, such as ``2 ReLU``."""
        return f"{self.number} {self.part.name}"

    @property
    def upstream(self) -> str:
        """Return the name of the gradient that backward is given."""
        return f"grad_{self.operation.output}"


@dataclass(frozen=True, eq=False)
class Chain:
    """The layers and the loss of a network, before anything is drawn."""

    places: tuple[Place, ...]
    loss: Component
    loss_operation: Operation

    @property
    def smallest_batch(self) -> int:
        """Return the fewest examples that every part has an answer for."""
        every = [place.operation.smallest_batch for place in self.places]
        return max(*every, self.loss_operation.smallest_batch)

    @property
    def in_rows(self) -> "Chain":
        """Return the same chain with examples in rows, in which it is drawn."""
        places = [
            replace(place, part=part, operation=part.reference())
            for place in self.places
            for part in (rows.in_rows(place.part),)
        ]
        loss = rows.in_rows(self.loss)
        return Chain(tuple(places), loss, loss.reference())

    def shown(self, batch: "Batch") -> "Batch":
        """Return a batch in rows as the students' parts see it."""
        pairs = zip(self.places, batch.received, strict=True)
        received = tuple(rows.shown(place.part, arrays) for place, arrays in pairs)
        classes = batch.loss[self.loss_operation.inputs[0]].shape[-1]
        return Batch(received, rows.shown(self.loss, batch.loss, classes))


@dataclass(frozen=True, eq=False)
class Batch:
    """What every part receives when one batch goes through the right network.

    Parameters
    ----------
    received
        For each place its input, parameters, states and upstream gradient.
    loss
        What the loss receives.
    """

    received: tuple[Arrays, ...]
    loss: Arrays


@dataclass(frozen=True, eq=False)
class Network:
    """A chain with parameters, and the batches that were sent through it."""

    chain: Chain
    batches: tuple[Batch, ...]


def widths_needed(parts: Sequence[Component]) -> int:
    """Return how many of the layers have a width to choose."""
    return sum(template(rows.in_rows(part).reference()).has_width for part in parts)


def chain(parts: Sequence[Component], loss: Component, widths: Sequence[int]) -> Chain:
    """Put the layers in a row; each that has a width takes the next one."""
    left = iter(widths)
    places = []
    for number, part in enumerate(parts, start=1):
        operation = part.reference()
        like = template(rows.in_rows(part).reference())
        width = next(left) if like.has_width else 1
        places.append(Place(number, part, operation, like, width))
    return Chain(tuple(places), loss, loss.reference())


def draw(
    chain: Chain, rng: np.random.Generator, example: Shape, counts: Sequence[int]
) -> Network:
    """Draw parameters once and a batch of each of the given sizes.

    Parameters
    ----------
    example
        Shape of one example, as the reference has it.

    Raises
    ------
    UnfitError
        If a layer refuses what the one before it gives, or only inputs near a kink
        are found.
    """
    shapes = tuple((count, *example) for count in counts)
    drawn = _Drawing(chain.in_rows, rng, shapes).network()
    return Network(chain, tuple(chain.shown(batch) for batch in drawn.batches))


@dataclass(frozen=True, eq=False)
class _Forward:
    """What one batch has come through so far: arrays of each place, last output."""

    received: tuple[Arrays, ...]
    value: Array

    def margin(self, places: Sequence[Place]) -> float:
        """Return how near these places come to one of their kinks."""
        found = [
            place.operation.margin(self.received[place.number - 1]) for place in places
        ]
        return min(found, default=np.inf)


@dataclass(frozen=True, eq=False)
class _Drawing:
    chain: Chain
    rng: np.random.Generator
    shapes: tuple[Shape, ...]

    def network(self) -> Network:
        *others, last = _segments(self.chain.places)
        runs: tuple[_Forward, ...] = ()
        for segment in others:
            runs = self._away_from_kinks(segment, runs)
        for _ in range(LOSS_ATTEMPTS):
            ended = self._away_from_kinks(last, runs)
            for _ in range(LOSS_ATTEMPTS):
                losses = [self._loss_arrays(run.value) for run in ended]
                margin = self.chain.loss_operation.margin
                if all(margin(arrays) >= ENOUGH for arrays in losses):
                    pairs = zip(ended, losses, strict=True)
                    batches = tuple(self._back(run, loss) for run, loss in pairs)
                    return Network(self.chain, batches)
        raise UnfitError(
            len(self.chain.places) + 1, "no inputs away from its kinks were found"
        )

    def _away_from_kinks(
        self, segment: Sequence[Place], runs: tuple[_Forward, ...]
    ) -> tuple[_Forward, ...]:
        """Redraw the parameters of a segment, or the inputs, until nothing is near."""
        shift = 0.0
        for _ in range(ATTEMPTS):
            start = runs or tuple(
                _Forward((), signed(self.rng, shape)) for shape in self.shapes
            )
            found = self._through(segment, start, shift)
            margin = min(run.margin(segment) for run in found)
            if margin >= ENOUGH:
                return found
            shift += SHIFT * (margin == 0)
        raise UnfitError(
            segment[-1].number,
            "no inputs away from its kinks were found; it may need a bias before it, "
            "or smaller widths",
        )

    def _through(
        self, segment: Sequence[Place], runs: tuple[_Forward, ...], shift: float
    ) -> tuple[_Forward, ...]:
        for place in segment:
            shape = runs[0].value.shape
            with _blamed_on(place.number):
                parameters = place.template.draw(
                    self.rng, place.operation.parameters, shape, place.width
                )
                if shift:
                    first = self._forward(place, runs[0], parameters)
                    parameters = self._moved(parameters, first.value, shift)
                runs = tuple(self._forward(place, run, parameters) for run in runs)
        return runs

    def _forward(self, place: Place, run: _Forward, parameters: Arrays) -> _Forward:
        names = place.operation.states
        shape = run.value.shape
        states = place.template.draw(self.rng, names, shape, place.width)
        arrays = {"x": run.value, **parameters, **states}
        value = place.operation.answer(arrays)[place.operation.output]
        return _Forward((*run.received, arrays), value)

    def _moved(
        self, parameters: Arrays, value: Array, shift: float
    ) -> dict[str, Array]:
        """Return parameters whose biases centre each feature near ``shift`` spreads."""
        axes = (0, *range(2, value.ndim))
        shares = shift + SHIFT * self.rng.random(value.shape[1])
        centre = value.mean(axis=axes) - shares * value.std(axis=axes)
        return {
            name: np.round((array - centre) / GRID) * GRID
            if name in BIASES and array.shape == centre.shape
            else array
            for name, array in parameters.items()
        }

    def _loss_arrays(self, predictions: Array) -> Arrays:
        """Draw what the predictions are compared with."""
        operation = self.chain.loss_operation
        with _blamed_on(len(self.chain.places) + 1):
            arrays = _with_targets(operation, self.rng, predictions)
            operation.answer(arrays)
        return arrays

    def _back(self, run: _Forward, loss: Arrays) -> Batch:
        (gradient,) = self.chain.loss_operation.gradients
        upstream = self.chain.loss_operation.answer(loss)[gradient]
        received: list[Arrays] = []
        for place, arrays in zip(
            reversed(self.chain.places), reversed(run.received), strict=True
        ):
            full = {**arrays, place.upstream: upstream}
            received.insert(0, full)
            upstream = place.operation.answer(full)["grad_x"]
        return Batch(tuple(received), loss)


class _blamed_on:  # noqa: N801 - reads as the function that it is used as
    """Say of which layer the reference refused the input."""

    def __init__(self, place: int) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: object, error: BaseException | None, trace: object
    ) -> None:
        if isinstance(error, (ReferenceUseError, ValueError, IndexError)):
            raise UnfitError(self._place, str(error)) from error


def _segments(places: Sequence[Place]) -> list[list[Place]]:
    """Divide the layers so that each part but the first begins with parameters."""
    segments: list[list[Place]] = [[]]
    for place in places:
        if place.operation.parameters:
            segments.append([])
        segments[-1].append(place)
    return segments


def _with_targets(
    operation: Operation, rng: np.random.Generator, predictions: Array
) -> dict[str, Array]:
    """Return what a loss compares, of the kind that it draws for itself."""
    first, second = operation.inputs
    drawn = operation.draw(np.random.default_rng(0))
    like = drawn[second]
    shape = predictions.shape
    if like.ndim < drawn[first].ndim:
        targets = labels(rng, shape[0], shape[1])
    elif getattr(operation, "labels", "") == "one_hot":
        targets = class_labels(rng, shape[0], shape[1], "one_hot")
    elif like.dtype.kind == "f":
        targets = signed(rng, shape)
    else:
        targets = rng.choice(sorted(set(like.ravel().tolist())), shape)
    return {first: predictions, second: targets}
