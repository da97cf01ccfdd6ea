"""Run the student's layers and loss as one network, forward and backward."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from grader.contract.messages import Array, Phase
from worker.runner.bindings.base import Answers, Progress, Request
from worker.runner.bindings.instances import Readers, read
from worker.runner.bindings.parts import construct, method
from worker.runner.bindings.places import Places, put_all
from worker.runner.results import to_array, to_number


class Station(ABC):
    """One of the student's layers at its place in a network.

    Parameters
    ----------
    number
        From 1.
    name
        What sentences call it.
    """

    def __init__(self, number: int, name: str) -> None:
        self.number, self.name = number, name

    def fill(self) -> None:
        """Set the parameters, once everything is made; nothing where there is none."""
        return

    @abstractmethod
    def forward(self, value: Any, states: Mapping[str, Array]) -> Any:
        """Return what the layer makes of ``value``, as it is."""

    @abstractmethod
    def states(self) -> Readers:
        """Return how to read the states that ``forward`` changes."""

    @abstractmethod
    def backward(self, upstream: Any) -> Any:
        """Return what the layer hands back, as it is."""

    @abstractmethod
    def gradients(self) -> Readers:
        """Return how to read the gradients of its parameters, by ``grad_`` name."""


class Ending(Protocol):
    """The loss at the end of a network."""

    name: str

    def forward(self, value: Any, targets: Array) -> Array:
        """Return the loss as one number."""
        ...

    def backward(self) -> Any:
        """Return the gradient for the predictions, as it is."""
        ...


class ObjectStation(Station):
    """An object of a class with ``forward`` and ``backward``."""

    def __init__(
        self,
        student: ModuleType,
        number: int,
        spec: Mapping[str, Any],
        parameters: Mapping[str, Array],
    ) -> None:
        super().__init__(number, str(spec["component"]))
        self._layer = construct(student, self.name, spec["construct"])
        self._spec, self._places = spec, Places(spec)
        self._parameters = parameters

    def fill(self) -> None:
        """Set the parameters, once all objects are made."""
        put_all(self._layer, self.name, self._parameters, self._places)

    def forward(self, value: Any, states: Mapping[str, Array]) -> Any:
        """Set the states and call ``forward``."""
        for state, given in states.items():
            self._places.set_state(self._layer, self.name, state, given)
        return method(self._layer, self.name, "forward")(value)

    def states(self) -> Readers:
        """Return how to read the states from the object."""
        read_state = partial(self._places.read_state, self._layer, self.name)
        return {name: partial(read_state, name) for name in self._spec["read_states"]}

    def backward(self, upstream: Any) -> Any:
        """Call ``backward``."""
        return method(self._layer, self.name, "backward")(upstream)

    def gradients(self) -> Readers:
        """Return how to read the gradients from the object."""
        wanted = [f"grad_{name}" for name in self._parameters]
        return {name: partial(self._gradient, name) for name in wanted}

    def _gradient(self, name: str) -> Array:
        place = self._places.of(name)
        value = place.read(self._layer, self.name)
        return to_array(value, f"{place.text(self.name)} is")


class ObjectLoss:
    """An object of a class with ``forward`` and ``backward()``."""

    def __init__(self, student: ModuleType, name: str, arguments: Any) -> None:
        self.name = name
        self._loss = construct(student, name, arguments)

    def forward(self, value: Any, targets: Array) -> Array:
        """Call ``forward``."""
        number = method(self._loss, self.name, "forward")(value, targets)
        return to_number(number, f"{self.name}.forward returned")

    def backward(self) -> Any:
        """Call ``backward``."""
        return method(self._loss, self.name, "backward")()


def run(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Build the network of objects once and send every batch through it and back."""
    progress.enter(Phase.CONSTRUCT)
    stations: list[Station] = [
        ObjectStation(student, number, spec, parameters)
        for number, spec, parameters in specified(request)
    ]
    options = request.options
    arguments = options.get("loss_construct", ())
    loss = ObjectLoss(student, str(options["loss"]), arguments)
    for station in stations:
        station.fill()
    yield from through(stations, loss, request, progress)


def specified(
    request: Request,
) -> Iterator[tuple[int, Mapping[str, Any], dict[str, Array]]]:
    """Yield the number of each layer, what is said of it, and its parameters."""
    for number, spec in enumerate(request.options["layers"], start=1):
        parameters = {
            str(name): request.arrays[f"{number}.{name}"] for name in spec["parameters"]
        }
        yield number, spec, parameters


def through(
    stations: Sequence[Station], loss: Ending, request: Request, progress: Progress
) -> Answers:
    """Send every batch through the layers and back.

    What a layer hands on is handed on as it is, not as a copy: a layer that changes
    the array of a neighbour, or two that share one, are what this is there to show.
    """
    options, arrays = request.options, request.arrays
    for batch in range(int(options["passes"])):
        progress.enter(Phase.FORWARD)
        value: Any = arrays[f"{batch}.x"]
        for station, spec in zip(stations, options["layers"], strict=True):
            states = {
                str(state): arrays[f"{batch}.{station.number}.{state}"]
                for state in spec["states"]
            }
            value = yield from _forward(station, batch, value, states)
        yield {f"{batch}.loss": loss.forward(value, arrays[f"{batch}.targets"])}
        progress.enter(Phase.BACKWARD)
        upstream = loss.backward()
        subject = f"{loss.name}.backward returned"
        yield {f"{batch}.loss.grad": to_array(upstream, subject)}
        for station in reversed(stations):
            upstream = yield from _backward(station, batch, upstream)
        # When an optimizer would read them.
        every = {
            f"{batch}.{station.number}.{name}": reader
            for station in stations
            for name, reader in station.gradients().items()
        }
        yield from read(every)


def _forward(
    station: Station, batch: int, value: Any, states: Mapping[str, Array]
) -> Generator[Mapping[str, Array], None, Any]:
    place = f"{batch}.{station.number}"
    call = partial(station.forward, states=states)
    returned, changed = _watched(call, value)
    yield {f"{place}.changed_x": changed}
    yield {f"{place}.out": to_array(returned, f"{station.name}.forward returned")}
    yield from read(station.states(), f"{place}.")
    return returned


def _backward(
    station: Station, batch: int, upstream: Any
) -> Generator[Mapping[str, Array], None, Any]:
    place = f"{batch}.{station.number}"
    returned, changed = _watched(station.backward, upstream)
    yield {f"{place}.changed_grad_out": changed}
    yield {f"{place}.grad_x": to_array(returned, f"{station.name}.backward returned")}
    return returned


def _watched(function: Callable[[Any], Any], given: Any) -> tuple[Any, Array]:
    """Return what a method returns, and whether it changed what it was given."""
    before = np.array(given, copy=True)
    returned = function(given)
    same = np.array_equal(before, given, equal_nan=before.dtype.kind in "fc")
    return returned, np.array(not same)
