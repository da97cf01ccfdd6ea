"""Ask classes with ``forward``, ``backward``, ``params`` and ``grads``."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from grader.contract.messages import Array, Phase
from worker.runner.bindings import training
from worker.runner.bindings.base import Answers, Binding, Progress, Request
from worker.runner.bindings.parts import (
    StandIn,
    construct,
    entry,
    find,
    method,
    public_names,
    put_parameters,
)
from worker.runner.faults import StudentFaultError, WrongShapeError
from worker.runner.results import to_array, to_number


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


def _layer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    options, arrays = request.options, request.arrays
    progress.enter(Phase.CONSTRUCT)
    name = str(options["component"])
    layer = construct(student, name, options.get("construct", ()))
    parameters = [str(p) for p in options.get("parameters", ())]
    put_parameters(layer, name, {p: arrays[p] for p in parameters})
    progress.enter(Phase.FORWARD)
    out = method(layer, name, "forward")(arrays["x"])
    yield {"out": to_array(out, f"{name}.forward returned")}
    if "grad_out" not in arrays:
        return
    progress.enter(Phase.BACKWARD)
    grad_x = method(layer, name, "backward")(arrays["grad_out"])
    got, problem = _gradients(layer, name, grad_x, parameters)
    yield got
    if problem is not None:
        raise problem


def _gradients(
    layer: Any, name: str, grad_x: Any, parameters: Sequence[str]
) -> tuple[dict[str, Array], StudentFaultError | None]:
    """Return every gradient that can be read, and the first that cannot."""
    readers: dict[str, Callable[[], Array]] = {
        "grad_x": lambda: to_array(grad_x, f"{name}.backward returned")
    }
    for parameter in parameters:
        readers[f"grad_{parameter}"] = partial(_gradient, layer, name, parameter)
    got: dict[str, Array] = {}
    problem: StudentFaultError | None = None
    for quantity, read in readers.items():
        try:
            got[quantity] = read()
        except StudentFaultError as error:
            problem = problem or error
    return got, problem


def _gradient(layer: Any, name: str, parameter: str) -> Array:
    value = entry(layer, name, "grads", parameter)
    return to_array(value, f"{name}.grads[{parameter!r}] is")


def _loss(student: ModuleType, request: Request, progress: Progress) -> Answers:
    options = request.options
    progress.enter(Phase.CONSTRUCT)
    name = str(options["component"])
    loss = construct(student, name, options.get("construct", ()))
    progress.enter(Phase.FORWARD)
    inputs = [request.arrays[key] for key in options["inputs"]]
    value = method(loss, name, "forward")(*inputs)
    yield {"loss": to_number(value, f"{name}.forward returned")}
    if options.get("forward_only"):
        return
    progress.enter(Phase.BACKWARD)
    gradient = method(loss, name, "backward")()
    yield {str(options["gradient"]): to_array(gradient, f"{name}.backward returned")}


def _optimizer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    options, arrays = request.options, request.arrays
    progress.enter(Phase.CONSTRUCT)
    name = str(options["component"])
    layers = [
        StandIn({str(p): arrays[str(p)] for p in names}) for names in options["layers"]
    ]
    optimizer = construct(student, name, options.get("construct", ()), layers)
    step = method(optimizer, name, "step")
    progress.enter(Phase.STEP)
    rows: dict[str, list[Array]] = {p: [] for layer in layers for p in layer.params}
    steps = max(len(arrays[f"grad_{p}"]) for p in rows)
    for at in range(steps):
        for layer in layers:
            for parameter in layer.names:
                layer.grads[parameter] = arrays[f"grad_{parameter}"][at].copy()
        step()
        for layer in layers:
            _record(layer, name, at, rows, arrays)
    yield {parameter: np.stack(found) for parameter, found in rows.items()}


def _record(
    layer: StandIn,
    optimizer: str,
    at: int,
    rows: dict[str, list[Array]],
    start: Mapping[str, Array],
) -> None:
    for parameter in layer.names:
        after = f"after step {at + 1} of {optimizer}, params[{parameter!r}] is"
        value = to_array(entry(layer, "the layer", "params", parameter), after)
        if value.shape != start[parameter].shape:
            raise WrongShapeError(
                f"{after} of shape {value.shape}; expected {start[parameter].shape}."
            )
        rows[parameter].append(value)


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
    parts = training.build(student, request)
    if request.options.get("driver"):
        losses = training.drive(parts, request, progress)
    else:
        function = find(student, str(request.options.get("function", "train")))
        losses = training.ask(function, parts, request, progress)
    yield {"losses": losses}
    yield training.final_parameters(parts, request)


_FAMILIES: dict[str, Binding] = {
    "layer": _layer,
    "loss": _loss,
    "optimizer": _optimizer,
    "interface": _interface,
    "train": _train,
}
