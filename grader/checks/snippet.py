"""A failing case whose inputs are public as code that a student can paste and run.

Only checks whose inputs are public are shown: their seed is the same for everybody.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from grader.checks.compare import Comparison
from grader.checks.component import Component
from grader.checks.feedback import snippet as words
from grader.contract.messages import Array
from reference.operations.base import Family, Operation

PUBLIC_SEED = 0
# More numbers than this help nobody who reads them.
MOST_ENTRIES = 700
LAYER_CLASSES = "layer_classes"
_STAND_IN = (
    "",
    "class Layer:",
    "    def __init__(self, **params):",
    "        self.params, self.grads = params, {}",
    "",
)

Arrays = Mapping[str, Array]


def of_case(
    binding: str,
    part: Component,
    operation: Operation,
    arrays: Arrays,
    quantity: str,
    found: Comparison,
) -> str:
    """Return Python source for one failing case; empty where it would be too long.

    Parameters
    ----------
    binding
        Name of the built-in binding. With any other way of calling the student's code
        only the arrays and the right number are written.
    arrays
        Inputs and upstream gradients of the case.
    found
        How the answer to ``quantity`` differs.
    """
    if sum(value.size for value in arrays.values()) > MOST_ENTRIES:
        return ""
    lines = [words.PASTE, "import numpy as np", ""]
    lines += [f"{name} = {literal(value)}" for name, value in arrays.items()]
    lines += ["", *_calls(binding, part, operation, arrays)]
    lines.append(_question(binding, part, operation, quantity, found))
    return "\n".join(lines) + "\n"


def of_steps(
    binding: str,
    part: Component,
    operation: Operation,
    arrays: Arrays,
    step: int,
    place: tuple[str, tuple[int, ...]],
    expected: float,
) -> str:
    """Return Python source for an optimizer's steps up to the first wrong one.

    Parameters
    ----------
    step
        The first wrong step, from 0.
    place
        Parameter and index that are wrong after it.
    """
    gradients = {
        f"grad_{name}": arrays[f"grad_{name}"] for name in operation.parameters
    }
    shown = {name: arrays[name] for name in operation.parameters}
    shown |= {name: value[: step + 1] for name, value in gradients.items()}
    if sum(value.size for value in shown.values()) > MOST_ENTRIES:
        return ""
    lines = [words.PASTE, "import numpy as np", ""]
    lines += [f"{name} = {literal(value)}" for name, value in shown.items()]
    name, index = place
    entry = f"[{', '.join(str(part) for part in index)}]" if index else ""
    if binding != LAYER_CLASSES or part.attributes:
        asked = words.after_step(step + 1, f"{name}{entry}", expected)
        return "\n".join([*lines, "", asked]) + "\n"
    arguments = [repr(argument) for argument in part.arguments(operation.sizes({}))]
    layers = ", ".join(f"Layer({name}={name})" for name in operation.parameters)
    lines += ["", *_STAND_IN, "", f"layers = [{layers}]"]
    lines.append(f"optimizer = {part.name}({', '.join(['layers', *arguments])})")
    lines.append(f"for step in range({step + 1}):")
    for at, parameter in enumerate(operation.parameters):
        gradient = f"grad_{parameter}[step].copy()"
        lines.append(f'    layers[{at}].grads["{parameter}"] = {gradient}')
    lines.append("    optimizer.step()")
    held = f'layers[{operation.parameters.index(name)}].params["{name}"]{entry}'
    return "\n".join([*lines, f'print({held}, "should be", {expected!r})']) + "\n"


def literal(value: Array) -> str:
    """Return an expression that makes exactly this array.

    >>> literal(np.array([0.5, -1.0]))
    'np.array([0.5, -1.0])'
    """
    text = np.array2string(
        value,
        separator=", ",
        threshold=value.size + 1,
        max_line_width=88,
        formatter={"float_kind": repr_of, "int_kind": str},  # type: ignore[arg-type]
    )
    return f"np.array({text})"


def repr_of(number: float) -> str:
    """Return the shortest text that is read back as the same number."""
    if np.isfinite(number):
        return repr(float(number))
    return f"np.{float(number)}".replace("np.-", "-np.")


def _calls(
    binding: str, part: Component, operation: Operation, arrays: Arrays
) -> Iterator[str]:
    if binding != LAYER_CLASSES:
        yield words.OWN_NAMES
        return
    arguments = [repr(argument) for argument in part.arguments(operation.sizes(arrays))]
    made = f"{part.name}({', '.join(arguments)})"
    given = ", ".join(operation.arguments)
    if operation.family is Family.LAYER:
        yield f"layer = {made}"
        for name in operation.parameters:
            yield f"{_place(part, name, 'params')}[...] = {name}"
        for name in operation.states:
            yield f"{_place(part, name)} = {name}"
        yield f"{_targets(operation.outputs, operation)} = layer.forward({given})"
        upstreams = [f"grad_{name}" for name in operation.upstreams(arrays)]
        if upstreams:
            returned = f"layer.backward({', '.join(upstreams)})"
            yield f"{_targets(_returned(operation), operation)} = {returned}"
    elif operation.family is Family.LOSS:
        yield f"made = {made}"
        yield f"loss = made.forward({given})"
        yield f"{', '.join(operation.gradients)} = made.backward()"
    elif operation.family is Family.FUNCTION:
        every = ", ".join((given, *arguments))
        yield f"{', '.join(operation.outputs)} = {part.name}({every})"


def _returned(operation: Operation) -> list[str]:
    """Return the gradients that backward returns; ``grads`` holds the others."""
    return [
        name
        for name, source in operation.gradients.items()
        if source not in operation.parameters
    ]


def _targets(names: list[str] | tuple[str, ...], operation: Operation) -> str:
    return ", ".join(name for name in names if name not in operation.states) or "_"


def _question(
    binding: str,
    part: Component,
    operation: Operation,
    quantity: str,
    found: Comparison,
) -> str:
    if found.worst is None or found.got.shape != found.expected.shape:
        asked = f"np.shape({_read(part, operation, quantity)})"
        right: object = found.expected.shape
    else:
        index = ", ".join(str(part) for part in found.worst)
        read = _read(part, operation, quantity)
        asked = f"{read}[{index}]" if index else read
        right = float(found.expected[found.worst])
    if binding != LAYER_CLASSES:
        return words.should_be(asked, right)
    return f'print({asked}, "should be", {right!r})'


def _place(part: Component, name: str, held: str = "") -> str:
    """Return the expression for what a layer keeps, in a dict unless said otherwise."""
    if name in part.attributes:
        return f"layer.{part.attributes[name].text}"
    key = name.removeprefix("grad_")
    return f'layer.{held}["{key}"]' if held else f"layer.{name}"


def _read(part: Component, operation: Operation, quantity: str) -> str:
    """Return the expression that reads a quantity after the calls."""
    source = operation.gradients.get(quantity)
    if operation.family is Family.LAYER:
        if source in operation.parameters:
            return _place(part, quantity, "grads")
        if quantity in operation.states:
            return _place(part, quantity)
    return quantity
