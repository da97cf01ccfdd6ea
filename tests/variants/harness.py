"""Let a variant answer the calls of a check, in double or in single precision."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from grader.contract.messages import (
    Array,
    Bundle,
    Call,
    Case,
    Observation,
    Outcome,
    Reply,
)
from grader.report import CheckResult, Report, Verdict
from reference.operations import Family, create
from tests.checks import fake_jail

Part = Callable[..., Any]


def styles(name: str, conventions: Mapping[str, Any]) -> dict[str, Part]:
    """Return all variants of an operation under some conventions."""
    return import_module(f"tests.variants.{name}").variants(**conventions)


def cases(*names: str) -> list[tuple[str, Mapping[str, Any], str]]:
    """Return ids such as ``"adam-2-textbook"``, with the conventions and the style."""
    return [
        (f"{name}-{number}-{style}", conventions, style)
        for name in names
        for number, conventions in enumerate(type(create(name)).example_conventions)
        for style in styles(name, conventions)
    ]


def unearned(report: Report, *, single: bool = False) -> list[CheckResult]:
    """Return the results that right code should not get.

    In single precision the numerical check may leave its question open.
    """
    lost = [r for r in report.results if r.verdict is not Verdict.PASSED]
    # Slopes were measured and said neither yes nor no.
    unsettled = (Verdict.SKIPPED, Verdict.BROKEN) if single else ()
    return [r for r in lost if r.verdict not in unsettled or "curves" not in r.evidence]


@dataclass(frozen=True)
class Student:
    """A jail without walls in which one variant of an operation answers.

    Parameters
    ----------
    variant
        A key of what the module's ``variants`` returns.
    single
        Whether this student keeps all numbers in single precision. Every other answer
        is then turned into float64 before it is returned, its digits lost already.
    """

    operation: str
    conventions: Mapping[str, Any]
    variant: str
    single: bool

    def open(self, bundle: Bundle) -> "_Session":
        return _Session(self, bundle)


def student(
    operation_name: str,
    conventions: Mapping[str, Any],
    variant: str,
    *,
    single: bool = False,
) -> Student:
    """Return a jail in which one variant answers."""
    return Student(operation_name, conventions, variant, single)


def _in_single(layer: Any) -> None:
    """Make all real arrays of a layer float32; one under two names stays one."""
    params = getattr(layer, "params", {})
    changed = {
        id(value): _float32(value)
        for value in (*params.values(), *vars(layer).values())
        if isinstance(value, np.ndarray)
    }
    for names in (params, vars(layer)):
        for name, value in list(names.items()):
            names[name] = changed.get(id(value), value)


def _float32(value: Array) -> Array:
    return value.astype(np.float32) if value.dtype.kind == "f" else value


class _Session(fake_jail._Session):
    """Runs every call in a module of its own."""

    def __init__(self, who: Student, bundle: Bundle) -> None:
        super().__init__(bundle, [])
        self.single = who.single
        self.operation = create(who.operation, **who.conventions)
        self.variant = styles(who.operation, who.conventions)[who.variant]
        self.calls = 0

    def _observe(self, case: Case) -> Observation:
        replies = tuple(self._asked(call) for call in case.calls)
        bad = (r.outcome for r in replies if r.outcome is not Outcome.COMPLETED)
        return Observation(next(bad, Outcome.COMPLETED), replies)

    def _asked(self, call: Call) -> Reply:
        self.calls += 1
        if self.single:
            arrays = {name: _float32(value) for name, value in call.arrays.items()}
            call = replace(call, arrays=arrays)
        module = ModuleType("student")
        module.__dict__["Part"] = self._part(call.arrays)
        reply = self._reply(module, call)
        if not self.single:
            return reply
        kept = {name: _float32(value) for name, value in reply.arrays.items()}
        for name, value in kept.items():
            if self.calls % 2 and value.dtype.kind == "f":
                kept[name] = value.astype(np.float64)
        return replace(reply, arrays=kept)

    def _part(self, arrays: Mapping[str, Array]) -> Part:
        """Return what stands in the student's file under the name ``Part``."""
        if self.operation.family is not Family.LAYER:
            return self.variant
        taken = inspect.signature(self.variant).parameters
        sizes = self.operation.sizes(arrays)
        wanted = {name: value for name, value in sizes.items() if name in taken}

        def construct() -> Any:
            layer = self.variant(**wanted)
            if self.single:
                _in_single(layer)
            return layer

        return construct
