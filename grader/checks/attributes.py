"""Where students' objects keep a parameter or a gradient: ``W``, ``params["W"].grad``.

A path is read here, on the trusted side, and goes to the binding as a list of steps;
nothing is evaluated as Python.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reference.operations.base import Family, Operation

GRADIENT = "grad_"
LONGEST = 120
GRAMMAR = (
    'must be an attribute and what follows it, such as "W", "weight.grad", '
    '\'params["W"]\', "params[0]" or \'params()["W"].grad\''
)
Step = tuple[str | int, ...]
FAMILIES = (Family.LAYER, Family.OPTIMIZER)


class AttributePathError(ValueError):
    """A text is no path of attributes."""


@dataclass(frozen=True, slots=True)
class AttributePath:
    """A path from an object of the students' to a value.

    Parameters
    ----------
    text
        As the assignment has it.
    steps
        ``("attribute", name)``, ``("entry", key or index)`` or ``("call",)``.
    """

    text: str
    steps: tuple[Step, ...]

    @property
    def can_be_set(self) -> bool:
        """Tell whether it ends in something that holds a value."""
        return self.steps[-1][0] != "call"


def parse(text: str) -> AttributePath:
    """Read a path.

    Raises
    ------
    AttributePathError
        If it is anything but names, keys, indices from 0 and calls without arguments.
    """
    if len(text) > LONGEST:
        raise AttributePathError(f"must have at most {LONGEST} characters")
    try:
        root = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise AttributePathError(f"{GRAMMAR}, got {text!r}") from None
    steps = _steps(root)
    if steps is None:
        raise AttributePathError(f"{GRAMMAR}, got {text!r}")
    return AttributePath(text.strip(), tuple(steps))


def _steps(node: ast.expr) -> list[Step] | None:
    """Return the steps of an expression, ``None`` if it is no path."""
    if isinstance(node, ast.Name):
        return [("attribute", node.id)]
    if isinstance(node, ast.Attribute):
        return _after(node.value, ("attribute", node.attr))
    if isinstance(node, ast.Call) and not (node.args or node.keywords):
        return _after(node.func, ("call",))
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        key = node.slice.value
        if isinstance(key, str) or type(key) is int:
            return _after(node.value, ("entry", key))
    return None


def _after(node: ast.expr, step: Step) -> list[Step] | None:
    before = _steps(node)
    return None if before is None else [*before, step]


def asked(attributes: Mapping[str, AttributePath]) -> dict[str, list[list[str | int]]]:
    """Return the option that tells the binding; see ``worker/runner/bindings``."""
    return {
        name: [list(step) for step in path.steps] for name, path in attributes.items()
    }


def spoken(
    name: str, family: Family, attributes: Mapping[str, AttributePath]
) -> dict[str, str]:
    """Return what sentences call each quantity that is an attribute.

    Parameters
    ----------
    name
        The students' class. An optimizer's attributes are those of layers.
    """
    if family is Family.OPTIMIZER:
        return {what: f"{path.text} of the layer" for what, path in attributes.items()}
    return {what: f"{name}.{path.text}" for what, path in attributes.items()}


def problems(
    operation: Operation, attributes: Mapping[str, AttributePath]
) -> Iterator[tuple[str, str]]:
    """Yield the key of each path that cannot be used, and why."""
    known = _known(operation)
    seen: dict[tuple[Step, ...], str] = {}
    for name, path in attributes.items():
        if operation.family not in FAMILIES:
            yield name, "attributes are read from layers and optimizers only"
        elif name not in known:
            listed = ", ".join(known) or "none"
            yield name, f"must be a parameter, its gradient or a state: {listed}"
        elif path.steps in seen:
            yield name, f"is the same place as that of {seen[path.steps]}"
        elif not path.can_be_set and _is_set(name, operation):
            yield name, "ends with a call, and nothing can be set there"
        seen.setdefault(path.steps, name)


def _known(operation: Operation) -> tuple[str, ...]:
    """Return which arrays are kept in objects."""
    parameters = operation.parameters
    if operation.family is Family.OPTIMIZER:
        held = list(parameters)
    else:
        held = [name for name in parameters if name in operation.differentiable]
    gradients = (f"{GRADIENT}{name}" for name in held)
    return (*parameters, *gradients, *operation.states)


def _is_set(name: str, operation: Operation) -> bool:
    """Tell whether a value is put there; gradients of layers are only read."""
    is_gradient = name.startswith(GRADIENT)
    return not is_gradient or operation.family is Family.OPTIMIZER
