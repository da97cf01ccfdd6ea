"""An assignment's own ``binding.py``: one function for each operation."""

import sys
from collections.abc import Iterator, Mapping
from functools import partial
from types import CodeType, ModuleType
from typing import Any, Final

from grader.contract.messages import Array, Phase
from worker.runner.bindings import (
    binding_tools,
    command_line,
    layer_classes,
    presence,
    sequences,
)
from worker.runner.bindings.base import Answers, Binding, Progress, Request
from worker.runner.bindings.networks import (
    ObjectLoss,
    ObjectStation,
    Station,
    specified,
    through,
)
from worker.runner.bindings.own_functions import OwnFunction
from worker.runner.bindings.own_parts import OwnLoss, OwnPart, OwnStation
from worker.runner.faults import (
    BINDING_FILE,
    BindingMistakeError,
    StudentFaultError,
)
from worker.runner.results import to_array

INTERFACE: Final = "interface"
NETWORK: Final = "network"
TOOLS: Final = "binding_tools"
# Each report is a message of its own, and the trusted side puts up with 256 of them.
_MOST_REPORTS: Final = 50


def load(source: bytes, code: CodeType | None = None) -> Binding:
    """Return a binding made from the source of ``binding.py``.

    It can import ``binding_tools``.

    Parameters
    ----------
    code
        The source, compiled before.

    Raises
    ------
    BindingMistakeError
        If the source raises when it runs; the assignment is wrong then.
    """
    module = ModuleType("binding")
    sys.modules[TOOLS] = binding_tools
    command_line.choose_import(imported=True)
    try:
        code = code or compile(source, BINDING_FILE, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102
    except BaseException as error:
        raise BindingMistakeError(
            f"binding.py cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    return partial(_answer, module)


def _answer(
    binding: ModuleType, student: ModuleType, request: Request, progress: Progress
) -> Answers:
    """Serve one call with the function that is named like its action."""
    function = getattr(binding, request.action, None)
    if function is None and request.action == INTERFACE:
        yield from presence.answer(student, request, progress)
    elif function is None and request.action == NETWORK:
        yield from _network(binding, student, request, progress)
    elif function is None:
        raise BindingMistakeError(f"binding.py has no function {request.action}")
    elif function is binding_tools.layer_classes:
        yield from layer_classes.answer(student, request, progress)
    elif request.options.get("scripted"):
        # Stand-ins need to know how a loop calls its parts; without a record of the
        # calls the trusted side gives no credit for the loop alone.
        yield {}
    else:
        binding_tools.begin(progress)
        own = OwnFunction(request.action, function, student)
        yield from _own(own, request, progress)


def _own(own: OwnFunction, request: Request, progress: Progress) -> Answers:
    """Serve one call with a function that the assignment has."""
    if "steps" in request.options:
        yield from sequences.steps(partial(OwnPart, own), request, progress)
        return
    given = own.results(request.arrays, request.options)
    if request.action == INTERFACE:
        given = (_noted(part, own.student, progress) for part in given)
    yield from _arrays(given, request)


def _network(
    binding: ModuleType, student: ModuleType, request: Request, progress: Progress
) -> Answers:
    """Put the functions for the layers and the loss together, objects among them."""
    binding_tools.begin(progress)
    progress.enter(Phase.CONSTRUCT)
    stations: list[Station] = []
    for number, spec, parameters in specified(request):
        own = _function(binding, str(spec["operation"]), student)
        if own is None:
            stations.append(ObjectStation(student, number, spec, parameters))
        else:
            stations.append(OwnStation(own, number, spec, parameters))
    spec = request.options["loss_spec"]
    own = _function(binding, str(spec["operation"]), student)
    loss = (
        ObjectLoss(student, str(spec["component"]), spec["construct"])
        if own is None
        else OwnLoss(own, spec)
    )
    for station in stations:
        station.fill()
    yield from through(stations, loss, request, progress)


def _function(
    binding: ModuleType, operation: str, student: ModuleType
) -> OwnFunction | None:
    """Return the function for an operation; ``None`` if classes are asked instead."""
    function = getattr(binding, operation, None)
    if function is None:
        raise BindingMistakeError(f"binding.py has no function {operation}")
    if function is binding_tools.layer_classes:
        return None
    return OwnFunction(operation, function, student)


def _arrays(given: Iterator[Mapping[str, Any]], request: Request) -> Answers:
    """Give every result on as soon as it is there."""
    names: Mapping[str, str] = request.options.get("names", {})
    for count, part in enumerate(given):
        got, problem = _converted(part, names)
        yield got
        if problem is not None:
            raise problem
        if count < _MOST_REPORTS:
            binding_tools.report()


def _noted(
    part: Mapping[str, Any], student: ModuleType, progress: Progress
) -> Mapping[str, Any]:
    """Take the texts of ``interface`` as notes; it has no arrays to give."""
    progress.notes.update({str(name): str(state) for name, state in part.items()})
    progress.notes.setdefault("found", presence.found(student))
    return {}


def _converted(
    part: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[dict[str, Array], StudentFaultError | None]:
    """Return every array that can be read, and the first that cannot."""
    got: dict[str, Array] = {}
    problem: StudentFaultError | None = None
    for name, value in part.items():
        try:
            got[str(name)] = to_array(value, f"{names.get(name, name)} is")
        except StudentFaultError as error:
            problem = problem or error
    return got, problem
