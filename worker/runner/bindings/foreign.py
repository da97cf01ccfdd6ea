"""An assignment's own ``binding.py``: one function for each operation."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import GeneratorType, ModuleType
from typing import Any, Final

from grader.contract.messages import Array
from worker.runner.bindings import binding_tools, command_line, presence
from worker.runner.bindings.base import Answers, Binding, Progress, Request
from worker.runner.bindings.student_names import StudentNames
from worker.runner.faults import (
    BINDING_FILE,
    BindingMistakeError,
    StudentFaultError,
)
from worker.runner.results import thing, to_array

INTERFACE: Final = "interface"
TOOLS: Final = "binding_tools"
# Each report is a message of its own, and the trusted side puts up with 256 of them.
_MOST_REPORTS: Final = 50


def load(source: bytes) -> Binding:
    """Return a binding made from the source of ``binding.py``.

    It can import ``binding_tools``.

    Raises
    ------
    BindingMistakeError
        If the source raises when it runs; the assignment is wrong then.
    """
    module = ModuleType("binding")
    sys.modules[TOOLS] = binding_tools
    command_line.choose_import(imported=True)
    try:
        exec(compile(source, BINDING_FILE, "exec", dont_inherit=True), module.__dict__)  # noqa: S102
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
        return
    if function is None:
        raise BindingMistakeError(f"binding.py has no function {request.action}")
    if "steps" in request.options:
        raise BindingMistakeError(
            "binding.py: this kind of check needs the built-in binding layer_classes"
        )
    if request.options.get("scripted"):
        # Stand-ins need to know how a loop calls its parts; without a record of the
        # calls the trusted side gives no credit for the loop alone.
        yield {}
        return
    takes_options = _takes_options(function)
    options = {"options": dict(request.options)} if takes_options else {}
    keywords: dict[str, Any] = {**request.arrays, **options}
    _require_fit(request.action, function, keywords)
    binding_tools.begin(progress)
    given = _parts(function, StudentNames(student), keywords)
    if request.action == INTERFACE:
        given = (_noted(part, student, progress) for part in given)
    yield from _arrays(given, request)


def _arrays(given: Iterator[Any], request: Request) -> Answers:
    """Give every result on as soon as it is there."""
    names: Mapping[str, str] = request.options.get("names", {})
    for count, part in enumerate(given):
        got, problem = _converted(part, request.action, names)
        yield got
        if problem is not None:
            raise problem
        if count < _MOST_REPORTS:
            binding_tools.report()


def _require_fit(
    action: str, function: Callable[..., Any], keywords: Mapping[str, Any]
) -> None:
    try:
        inspect.signature(function).bind(None, **keywords)
    except TypeError as error:
        raise BindingMistakeError(f"binding.py: {action}: {error}") from None


def _takes_options(function: Callable[..., Any]) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(p.name == "options" or p.kind is p.VAR_KEYWORD for p in parameters)


def _parts(
    function: Callable[..., Any], student: StudentNames, keywords: Mapping[str, Any]
) -> Iterator[Any]:
    result = function(student, **keywords)
    if isinstance(result, GeneratorType):
        yield from result
    else:
        yield result


def _noted(part: Any, student: ModuleType, progress: Progress) -> Any:
    """Take the texts of ``interface`` as notes; it has no arrays to give."""
    if not isinstance(part, Mapping):
        return part
    progress.notes.update({str(name): str(state) for name, state in part.items()})
    progress.notes.setdefault("found", presence.found(student))
    return {}


def _converted(
    part: Any, action: str, names: Mapping[str, str]
) -> tuple[dict[str, Array], StudentFaultError | None]:
    """Return every array that can be read, and the first that cannot.

    Raises
    ------
    BindingMistakeError
        If this is no dict, which no student can bring about.
    """
    if not isinstance(part, Mapping):
        raise BindingMistakeError(
            f"binding.py: {action} gave {thing(part)}; expected a dict of arrays"
        )
    got: dict[str, Array] = {}
    problem: StudentFaultError | None = None
    for name, value in part.items():
        try:
            got[str(name)] = to_array(value, f"{names.get(name, name)} is")
        except StudentFaultError as error:
            problem = problem or error
    return got, problem
