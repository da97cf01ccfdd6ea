"""Turn the ``[[component]]`` tables into components, or say what is wrong with them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from grader.assignments import component_names
from grader.assignments.spec import ComponentSpec
from grader.checks import Component, attributes
from grader.checks.base import KeyPath, Problem
from grader.checks.custom_layers import operation as custom
from grader.checks.presentation.arrangement import Arrangement
from grader.checks.presentation.problems import arrangement_problems
from reference import operations
from reference.errors import ConventionError


def read_components(
    specs: Sequence[ComponentSpec],
) -> tuple[dict[str, Component], list[Problem]]:
    """Return the components by name, and every problem with its key."""
    components: dict[str, Component] = {}
    problems: list[Problem] = []
    for index, spec in enumerate(specs):
        path: KeyPath = ("component", index)
        component, found = _read(spec)
        problems += [((*path, *key), reason) for key, reason in found]
        if component is None:
            continue
        if spec.name in components:
            problems.append(((*path, "name"), f"{spec.name!r} is already used"))
        components[spec.name] = component
    return components, problems


def _read(spec: ComponentSpec) -> tuple[Component | None, list[Problem]]:
    """Return a component and what is wrong; ``None`` if nothing can be drawn for it."""
    if spec.operation != custom.NAME and not operations.is_known(spec.operation):
        hint = operations.suggested(spec.operation)
        reason = f"unknown operation {spec.operation!r}; must be {hint}"
        return None, [(("operation",), reason)]
    component = spec.to_component()
    try:
        problems: list[Problem] = list(arrangement_problems(component))
    except (ConventionError, TypeError) as error:
        return None, [(("convention",), str(error))]
    if problems:
        # Without its arrangement the checks can still be read, and say what is wrong.
        return replace(component, arrangement=Arrangement(), accept={}), problems
    return _spoken(component), list(_misnamed(component))


def _spoken(component: Component) -> Component:
    """Return a component whose attributes are called in sentences what they are."""
    family = component.reference().family
    names = attributes.spoken(component.name, family, component.attributes)
    return replace(component, names={**names, **component.names})


def _misnamed(component: Component) -> Iterator[Problem]:
    """Yield the names that stand for nothing."""
    operation = component.reference()
    known = list(operation.sizes(operation.draw(np.random.default_rng(0))))
    for name in component.construct:
        if isinstance(name, str) and name not in known:
            listed = ", ".join(known) or "none"
            yield ("construct",), f"unknown argument {name!r}; known are: {listed}"
    for key, reason in component_names.unknown(component).items():
        yield ("names", key), reason
    for key, reason in attributes.problems(operation, component.attributes):
        yield ("attributes", key), reason
