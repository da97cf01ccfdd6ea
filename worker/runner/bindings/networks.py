"""Run the student's layers and loss as one network, forward and backward."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from grader.contract.messages import Array, Phase
from worker.runner.bindings.base import Answers, Progress, Request
from worker.runner.bindings.parts import construct, entry, method, put_parameters
from worker.runner.faults import MissingError, StudentFaultError
from worker.runner.results import to_array, to_number

Named = dict[str, Array]


@dataclass(frozen=True, slots=True)
class _Station:
    """One of the student's layers and what is wanted of it.

    Parameters
    ----------
    number
        Its place in the network, from 1.
    """

    number: int
    name: str
    layer: Any
    parameters: tuple[str, ...]
    states: tuple[str, ...]
    read_states: tuple[str, ...]


def run(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Build the network once and send every batch through it and back.

    What a layer hands on is handed on as it is, not as a copy: a layer that changes
    the array of a neighbour, or two that share one, are what this is there to show.
    """
    options, arrays = request.options, request.arrays
    progress.enter(Phase.CONSTRUCT)
    stations = [
        _station(student, number, spec)
        for number, spec in enumerate(options["layers"], start=1)
    ]
    name = str(options["loss"])
    loss = construct(student, name, options.get("loss_construct", ()))
    for station in stations:
        values = {p: arrays[f"{station.number}.{p}"] for p in station.parameters}
        put_parameters(station.layer, station.name, values)
    for batch in range(int(options["passes"])):
        progress.enter(Phase.FORWARD)
        value = arrays[f"{batch}.x"]
        for station in stations:
            for state in station.states:
                given = arrays[f"{batch}.{station.number}.{state}"]
                setattr(station.layer, state, given)
            value = yield from _forward(station, batch, value)
        number = method(loss, name, "forward")(value, arrays[f"{batch}.targets"])
        yield {f"{batch}.loss": to_number(number, f"{name}.forward returned")}
        progress.enter(Phase.BACKWARD)
        upstream = method(loss, name, "backward")()
        yield {f"{batch}.loss.grad": to_array(upstream, f"{name}.backward returned")}
        for station in reversed(stations):
            upstream = yield from _backward(station, batch, upstream)
        yield from _gradients(stations, batch)


def _station(
    student: ModuleType, number: int, spec: Mapping[str, Sequence[Any]]
) -> _Station:
    name = str(spec["component"])
    return _Station(
        number=number,
        name=name,
        layer=construct(student, name, spec["construct"]),
        parameters=tuple(map(str, spec["parameters"])),
        states=tuple(map(str, spec["states"])),
        read_states=tuple(map(str, spec["read_states"])),
    )


def _forward(
    station: _Station, batch: int, value: Any
) -> Generator[Mapping[str, Array], None, Any]:
    name, place = station.name, f"{batch}.{station.number}"
    returned, changed = _watched(method(station.layer, name, "forward"), value)
    yield {f"{place}.changed_x": changed}
    yield {f"{place}.out": to_array(returned, f"{name}.forward returned")}
    for state in station.read_states:
        if not hasattr(station.layer, state):
            raise MissingError(f"{name} has no attribute {state} after forward.")
        found = to_array(getattr(station.layer, state), f"{name}.{state} is")
        yield {f"{place}.{state}": found}
    return returned


def _backward(
    station: _Station, batch: int, upstream: Any
) -> Generator[Mapping[str, Array], None, Any]:
    name, place = station.name, f"{batch}.{station.number}"
    returned, changed = _watched(method(station.layer, name, "backward"), upstream)
    yield {f"{place}.changed_grad_out": changed}
    yield {f"{place}.grad_x": to_array(returned, f"{name}.backward returned")}
    return returned


def _watched(function: Callable[[Any], Any], given: Any) -> tuple[Any, Array]:
    """Return what a method returns, and whether it changed what it was given."""
    before = np.array(given, copy=True)
    returned = function(given)
    same = np.array_equal(before, given, equal_nan=before.dtype.kind in "fc")
    return returned, np.array(not same)


def _gradients(stations: Sequence[_Station], batch: int) -> Answers:
    """Yield the gradients of all parameters when backward is through, as they are then.

    That is when an optimizer would read them.
    """
    found: Named = {}
    problem: StudentFaultError | None = None
    for station in stations:
        for parameter in station.parameters:
            subject = f"{station.name}.grads[{parameter!r}] is"
            try:
                value = entry(station.layer, station.name, "grads", parameter)
                found[f"{batch}.{station.number}.grad_{parameter}"] = to_array(
                    value, subject
                )
            except StudentFaultError as error:
                problem = problem or error
    yield found
    if problem is not None:
        raise problem
