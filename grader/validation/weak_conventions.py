"""Conventions and settings under which known mistakes give the right numbers."""

import inspect
import math
from collections.abc import Iterator, Mapping
from typing import Any

from grader.assignments import Assignment
from grader.assignments.spec import ComponentSpec
from grader.checks.component import Component
from grader.checks.custom_layers import operation as custom
from grader.validation.complaints import Complaint, advice, weak
from reference.operations import Operation

LEAST_EPS = 1e-2
# Numbers of which a formula uses the complement, 1 - number, as well.
SHARES = ("momentum", "beta1", "beta2", "decay_rate", "rate")
WINDOWED = ("conv", "max_pool", "average_pool")


def eps_too_small(assignment: Assignment) -> Iterator[Complaint]:
    """Find an eps that is too small for its place in the formula to show."""
    for key, settings in _used_settings(assignment):
        eps = settings.get("eps")
        if isinstance(eps, float | int) and 0 < eps < LEAST_EPS:
            yield weak(
                "eps-too-small",
                f"{key}.eps",
                f"With eps = {eps:g} nobody can tell whether it stands inside or "
                f"outside the root, or was forgotten. Grade with {LEAST_EPS:g} or "
                "more, such as 0.1, whatever students use elsewhere.",
            )


def rate_is_complement(assignment: Assignment) -> Iterator[Complaint]:
    """Find a learning rate of 1 - momentum, which makes two rules the same."""
    for key, settings in _used_settings(assignment):
        rate = settings.get("lr")
        for name in ("momentum", "beta1", "decay_rate"):
            share = settings.get(name)
            if not isinstance(rate, float | int) or not isinstance(share, float | int):
                continue
            if math.isclose(rate, 1 - share):
                yield weak(
                    "rate-is-complement",
                    f"{key}.lr",
                    f"lr = 1 - {name} = {rate:g}: a rule that weighs the gradient "
                    f"with 1 - {name} in place of lr gives the same numbers. Choose "
                    "another rate.",
                )


def own_complement(assignment: Assignment) -> Iterator[Complaint]:
    """Find a share of one half, which is its own complement."""
    for key, settings in _used_settings(assignment):
        for name in SHARES:
            if settings.get(name) == 1 / 2:
                yield weak(
                    "own-complement",
                    f"{key}.{name}",
                    f"{name} = 0.5 is the same as 1 - {name}: students who mix the two "
                    "up get the right numbers. Choose another value, such as 0.8.",
                )


def windows_without_overlap(assignment: Assignment) -> Iterator[Complaint]:
    """Find windows that never overlap, so that nothing has to be added up."""
    for spec, operation in _windowed(assignment):
        kernel, stride = _sides(operation, "kernel"), _sides(operation, "stride")
        if all(step >= side for side, step in zip(kernel, stride, strict=True)):
            yield weak(
                "windows-without-overlap",
                f"component {spec.name}, convention.stride",
                "The stride is as long as the window, so no entry belongs to two "
                "windows: grad_x that is assigned where it must be added up is right. "
                "Take a stride that is shorter than the window.",
            )


def only_stride_one(assignment: Assignment) -> Iterator[Complaint]:
    """Find convolutions and poolings that all have a stride of 1."""
    every = list(_windowed(assignment))
    if every and all(set(_sides(one, "stride")) == {1} for _, one in every):
        names = ", ".join(spec.name for spec, _ in every)
        yield advice(
            "only-stride-one",
            f"component {names}, convention.stride",
            "Every stride is 1, so code that ignores the stride passes. Add a "
            "component with a stride of 2 if the handout asks for strides.",
        )


def unpadded(assignment: Assignment) -> Iterator[Complaint]:
    """Find convolutions none of which has padding."""
    every = [(s, o) for s, o in _windowed(assignment) if s.operation.startswith("conv")]
    if every and all(set(_sides(one, "padding")) == {0} for _, one in every):
        names = ", ".join(spec.name for spec, _ in every)
        yield advice(
            "unpadded",
            f"component {names}, convention.padding",
            "No convolution has padding, so code that ignores it passes. Add a "
            "component with padding if the handout asks for it.",
        )


def one_example_at_a_time(assignment: Assignment) -> Iterator[Complaint]:
    """Find components that see a single example, where the batch cannot be seen."""
    for spec in assignment.spec.components:
        component = spec.to_component()
        if component.operation == custom.NAME or not spec.arrays:
            continue
        plain = component.plain()
        source = plain.arguments[0] if plain.arguments else ""
        looks = component.arrangement.of(source)
        if looks.axes is not None and 0 not in looks.axes:
            yield advice(
                "one-example-at-a-time",
                f"component {spec.name}, arrays.{source}.axes",
                "The batch axis is left out, so only one example is drawn. Mistakes "
                "with 1/N or with sums over the batch cannot be seen there.",
            )


def _used_settings(
    assignment: Assignment,
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the numbers under which each component is graded, and where they stand.

    Those of a check are added to the conventions of its component.
    """
    checked = set()
    for check in assignment.checks:
        settings = getattr(check.params, "settings", None)
        name = getattr(check.params, "optimizer", check.component)
        if settings is not None and name in check.components:
            checked.add(name)
            part = check.components[name]
            yield f"check {check.params.id}, settings", _settings(part, settings)
    for spec in assignment.spec.components:
        if spec.name not in checked and spec.operation != custom.NAME:
            part = spec.to_component()
            yield f"component {spec.name}, convention", _settings(part, {})


def _settings(part: Component, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the defaults of an operation with what is stated in their place."""
    parameters = inspect.signature(type(part.plain())).parameters.values()
    defaults = {one.name: one.default for one in parameters}
    return {**defaults, **part.convention, **given}


def _windowed(assignment: Assignment) -> Iterator[tuple[ComponentSpec, Operation]]:
    for spec in assignment.spec.components:
        transposed = spec.operation.startswith("conv_transpose")
        if spec.operation.startswith(WINDOWED) and not transposed:
            yield spec, spec.to_component().plain()


def _sides(operation: Operation, name: str) -> tuple[int, ...]:
    """Return a size along every axis of the window."""
    default = inspect.signature(type(operation)).parameters[name].default
    value = operation.conventions.get(name, default)
    if isinstance(value, int):
        return (value,) * (2 if operation.name.endswith("2d") else 1)
    return tuple(value)
