"""Ask classes with ``forward``, ``backward``, ``params`` and ``grads``."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from grader.contract.messages import Array, Phase
from worker.runner.bindings import convergence, networks, scripted, sequences, training
from worker.runner.bindings.base import Answers, Binding, Progress, Request
from worker.runner.bindings.instances import (
    INSTANCES,
    names,
    read,
    returned_readers,
)
from worker.runner.bindings.parts import (
    construct,
    find,
    method,
    public_names,
)
from worker.runner.bindings.places import Bare, Place, Places, stand_in
from worker.runner.faults import WrongShapeError
from worker.runner.results import to_array


def answer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Serve one call; see the package for the options.

    Raises
    ------
    LookupError
        If the family is unknown; the assignment is wrong then.
    """
    family = str(request.options.get("family", ""))
    if family not in _FAMILIES:
        raise LookupError(f"layer_classes: there is no family {family!r}")
    yield from _FAMILIES[family](student, request, progress)


def _instance(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Call forward and backward of a layer or a loss once, or do listed steps."""
    options, arrays = request.options, request.arrays
    if "steps" in options:
        yield from sequences.answer(student, request, progress)
        return
    progress.enter(Phase.CONSTRUCT)
    instance = INSTANCES[str(options["family"])](student, options, arrays)
    progress.enter(Phase.FORWARD)
    yield from read(instance.forward(arrays))
    if instance.has_backward:
        progress.enter(Phase.BACKWARD)
        yield from read(instance.backward(arrays))


def _function(student: ModuleType, request: Request, progress: Progress) -> Answers:
    options, arrays = request.options, request.arrays
    name = str(options["component"])
    function = find(student, name)
    progress.enter(Phase.CALL)
    inputs = [arrays[key] for key in names(options, "inputs")]
    returned = function(*inputs, *options.get("construct", ()))
    yield from read(returned_readers(returned, name, names(options, "outputs")))


def _optimizer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    options, arrays = request.options, request.arrays
    progress.enter(Phase.CONSTRUCT)
    name = str(options["component"])
    places = Places(options)
    layers = [_layer(names, arrays, places) for names in options["layers"]]
    optimizer = construct(student, name, options.get("construct", ()), layers)
    step = method(optimizer, name, "step")
    progress.enter(Phase.STEP)
    owners = {
        str(parameter): layer
        for layer, names in zip(layers, options["layers"], strict=True)
        for parameter in names
    }
    rows: dict[str, list[Array]] = {parameter: [] for parameter in owners}
    steps = max(len(arrays[f"grad_{p}"]) for p in rows)
    for at in range(steps):
        for parameter, layer in owners.items():
            gradient = arrays[f"grad_{parameter}"][at].copy()
            places.of(f"grad_{parameter}").plant(layer, gradient)
        step()
        for parameter, layer in owners.items():
            after = f"after step {at + 1} of {name}"
            value = _after(layer, after, places.of(parameter), arrays[parameter].shape)
            rows[parameter].append(value)
    yield {parameter: np.stack(found) for parameter, found in rows.items()}


def _layer(names: Sequence[Any], arrays: Mapping[str, Array], places: Places) -> Bare:
    """Return a layer of parameters and gradients only, for an optimizer to work on."""
    layer = Bare()
    values = {str(name): arrays[str(name)].copy() for name in names}
    zeros = {f"grad_{name}": np.zeros_like(value) for name, value in values.items()}
    stand_in(layer, {**values, **zeros}, places)
    return layer


def _after(layer: Bare, after: str, place: Place, shape: tuple[int, ...]) -> Array:
    """Return a parameter as the optimizer left it."""
    subject = f"{after}, {place.text('')} is"
    value = to_array(place.read(layer, "the layer"), subject)
    if value.shape != shape:
        raise WrongShapeError(f"{subject} of shape {value.shape}; expected {shape}.")
    return value


def _interface(student: ModuleType, request: Request, progress: Progress) -> Answers:
    found = public_names(student)
    for wanted in request.options.get("components", ()):
        name = str(wanted["component"])
        progress.notes[name] = _component(student, name, wanted.get("methods", ()))
    for function in request.options.get("functions", ()):
        there = callable(getattr(student, str(function), None))
        progress.notes[str(function)] = "present" if there else "missing"
    progress.notes["found"] = ", ".join(found)[:8000]
    yield {}


def _component(student: ModuleType, name: str, methods: Sequence[Any]) -> str:
    found = getattr(student, name, None)
    if found is None:
        return "missing"
    for wanted in methods:
        if not callable(getattr(found, str(wanted), None)):
            return f"no method {wanted}"
    return "present"


def _train(student: ModuleType, request: Request, progress: Progress) -> Answers:
    progress.enter(Phase.CONSTRUCT)
    if request.options.get("scripted"):
        yield from scripted.answer(student, request, progress)
        return
    parts = training.build(student, request)
    function = find(student, str(request.options.get("function", "train")))
    yield {"losses": training.ask(function, parts, request, progress)}
    yield training.final_parameters(parts, request)


def _initializer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    options = request.options
    name = str(options["component"])
    function = find(student, name)
    progress.enter(Phase.CALL)
    shape = tuple(int(length) for length in request.arrays["shape"])
    returned = function(shape, *options.get("construct", ()))
    yield {"weight": to_array(returned, f"{name} returned")}


_FAMILIES: dict[str, Binding] = {
    "layer": _instance,
    "loss": _instance,
    "function": _function,
    "initializer": _initializer,
    "optimizer": _optimizer,
    "interface": _interface,
    "train": _train,
    "converge": convergence.answer,
    "network": networks.run,
}
