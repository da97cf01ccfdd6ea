"""An assignment's own ``binding.py``: one function for each operation."""

import inspect
from collections.abc import Iterator, Mapping
from types import GeneratorType, ModuleType
from typing import Any

from grader.contract.messages import Array, Phase
from worker.runner.bindings.base import Answers, Binding, Progress, Request
from worker.runner.faults import BadOutputError
from worker.runner.results import to_array


def load(source: bytes) -> Binding:
    """Return a binding made from the source of ``binding.py``.

    Raises
    ------
    BaseException
        Whatever the source raises when it runs; the assignment is wrong then.
    """
    module = ModuleType("binding")
    exec(compile(source, "<binding>", "exec", dont_inherit=True), module.__dict__)  # noqa: S102

    def answer(student: ModuleType, request: Request, progress: Progress) -> Answers:
        function = getattr(module, request.action, None)
        if function is None:
            raise LookupError(f"binding.py has no function {request.action}")
        progress.enter(Phase.CALL)
        keywords: dict[str, Any] = dict(request.arrays)
        if _takes_options(function):
            keywords["options"] = dict(request.options)
        for part in _parts(function(student, **keywords)):
            yield _converted(part, request.action)

    return answer


def _takes_options(function: Any) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(p.name == "options" or p.kind is p.VAR_KEYWORD for p in parameters)


def _parts(result: Any) -> Iterator[Any]:
    if isinstance(result, GeneratorType):
        yield from result
    else:
        yield result


def _converted(part: Any, action: str) -> Mapping[str, Array]:
    if not isinstance(part, Mapping):
        raise BadOutputError(
            f"{action} gave a {type(part).__name__}; expected a dict of arrays."
        )
    return {
        str(name): to_array(value, f"{action}: {name} is")
        for name, value in part.items()
    }
