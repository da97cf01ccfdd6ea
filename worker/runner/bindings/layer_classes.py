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
from worker.runner.faults import (
    BadOutputError,
    MissingError,
    StudentFaultError,
    WrongShapeError,
)
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
    parameters = _names(options, "parameters")
    states = _names(options, "states")
    put_parameters(layer, name, {p: arrays[p] for p in parameters})
    for state in states:
        setattr(layer, state, arrays[state])
    progress.enter(Phase.FORWARD)
    inputs = [arrays[key] for key in _names(options, "inputs", "x")]
    returned = method(layer, name, "forward")(*inputs)
    outputs = _names(options, "outputs", "out")
    readers = _returned(
        returned, f"{name}.forward", [o for o in outputs if o not in states]
    )
    for state in outputs:
        if state in states:
            readers[state] = partial(_state, layer, name, state)
    got, problem = _read({output: readers[output] for output in outputs})
    yield got
    if problem is not None:
        raise problem
    upstreams = _names(options, "upstreams", *({"grad_out"} & arrays.keys()))
    if not upstreams:
        return
    progress.enter(Phase.BACKWARD)
    returned = method(layer, name, "backward")(*(arrays[key] for key in upstreams))
    held = {f"grad_{parameter}": parameter for parameter in parameters}
    gradients = _names(options, "gradients", "grad_x", *held)
    readers = _returned(
        returned, f"{name}.backward", [g for g in gradients if g not in held]
    )
    for gradient, parameter in held.items():
        readers[gradient] = partial(_gradient, layer, name, parameter)
    got, problem = _read({g: readers[g] for g in gradients})
    yield got
    if problem is not None:
        raise problem


def _names(options: Mapping[str, Any], key: str, *without: str) -> list[str]:
    """Return a list of names among the options, or ``without`` if it is left out."""
    return [str(name) for name in options.get(key, without)]


def _returned(
    value: Any, subject: str, names: Sequence[str]
) -> dict[str, Callable[[], Array]]:
    """Return how to read each of the arrays that a method returned."""
    if len(names) <= 1:
        return {name: partial(to_array, value, f"{subject} returned") for name in names}
    if not isinstance(value, (tuple, list)) or len(value) != len(names):
        count = (
            f"{len(value)} values" if isinstance(value, (tuple, list)) else "one value"
        )
        raise BadOutputError(
            f"{subject} returned {count}; expected a tuple of {len(names)}: "
            f"{', '.join(names)}."
        )
    return {
        name: partial(to_array, one, f"value {at + 1} from {subject} is")
        for at, (name, one) in enumerate(zip(names, value, strict=True))
    }


def _read(
    readers: Mapping[str, Callable[[], Array]],
) -> tuple[dict[str, Array], StudentFaultError | None]:
    """Return every array that can be read, and the first that cannot."""
    got: dict[str, Array] = {}
    problem: StudentFaultError | None = None
    for quantity, read in readers.items():
        try:
            got[quantity] = read()
        except StudentFaultError as error:
            problem = problem or error
    return got, problem


def _state(layer: Any, name: str, state: str) -> Array:
    if not hasattr(layer, state):
        raise MissingError(f"{name} has no attribute {state} after forward.")
    return to_array(getattr(layer, state), f"{name}.{state} is")


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
    returned = method(loss, name, "backward")()
    readers = _returned(returned, f"{name}.backward", _names(options, "gradients"))
    got, problem = _read(readers)
    yield got
    if problem is not None:
        raise problem


def _function(student: ModuleType, request: Request, progress: Progress) -> Answers:
    options, arrays = request.options, request.arrays
    name = str(options["component"])
    function = find(student, name)
    progress.enter(Phase.CALL)
    inputs = [arrays[key] for key in _names(options, "inputs")]
    returned = function(*inputs, *options.get("construct", ()))
    got, problem = _read(_returned(returned, name, _names(options, "outputs")))
    yield got
    if problem is not None:
        raise problem


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


def _initializer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    options = request.options
    name = str(options["component"])
    function = find(student, name)
    progress.enter(Phase.CALL)
    shape = tuple(int(length) for length in request.arrays["shape"])
    returned = function(shape, *options.get("construct", ()))
    yield {"weight": to_array(returned, f"{name} returned")}


_FAMILIES: dict[str, Binding] = {
    "layer": _layer,
    "loss": _loss,
    "function": _function,
    "initializer": _initializer,
    "optimizer": _optimizer,
    "interface": _interface,
    "train": _train,
}
