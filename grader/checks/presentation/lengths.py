"""Names for the sizes and constants of a component, as papers and handouts use them.

They are read from the arrays in the layout of the reference, so that a letter means the
same in ``assignment.toml``, in a diagnosis and in a formula of ``docs/reference.md``.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.contract.messages import Array
from reference.operations.base import Family, Operation

Arrays = Mapping[str, Array]

BATCHED = (Family.LAYER, Family.LOSS)
_ROWS = {1: ("N",), 2: ("N", "D"), 3: ("N", "T", "D"), 4: ("N", "C", "H", "W")}
_IMAGES = {**_ROWS, 3: ("N", "C", "L")}
_SCORES = {1: ("N",), 2: ("N", "C"), 3: ("T", "N", "C")}
_KERNEL = {1: ("k",), 2: ("kh", "kw")}


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that has a name for this component.

    Parameters
    ----------
    meaning
        What it is, for the author of an assignment.
    """

    value: float
    meaning: str


def constants(operation: Operation, arrays: Arrays) -> dict[str, Constant]:
    """Return every named size and constant of a component.

    Parameters
    ----------
    arrays
        Inputs in the layout of the reference.

    Returns
    -------
    dict
        ``N`` the batch, ``D`` features, ``C`` classes or channels, ``T`` steps, ``L``,
        ``H``, ``W`` sides, ``M`` features, ``F`` channels and ``P`` positions of the
        output, ``k``, ``kh``, ``kw`` the kernel, ``p`` the rate of dropout; those that
        exist here.
    """
    return {**dict(_of_arrays(operation, arrays)), **dict(_of_conventions(operation))}


def _of_arrays(operation: Operation, arrays: Arrays) -> Iterator[tuple[str, Constant]]:
    first = operation.inputs[0]
    # Where there is no batch, a letter would only mislead.
    if operation.family not in BATCHED or first not in operation.arguments:
        return
    for axis, letter in enumerate(_letters(operation, arrays)):
        length = arrays[first].shape[axis]
        yield letter, Constant(length, f"axis {axis} of {first}")
    upstream = arrays.get(f"grad_{operation.output}")
    # What has the shape of the input has no sizes of its own.
    if upstream is not None and upstream.shape != arrays[first].shape:
        yield from _of_output(operation, arrays, upstream)


def _of_output(
    operation: Operation, arrays: Arrays, upstream: Array
) -> Iterator[tuple[str, Constant]]:
    output, shape = operation.output, upstream.shape
    if _has_channels(operation, arrays, upstream):
        if "weight" in arrays:
            yield "F", Constant(shape[1], f"axis 1 of {output}")
        yield (
            "P",
            Constant(math.prod(shape[2:]), f"positions in a channel of {output}"),
        )
    elif upstream.ndim > 1:
        yield "M", Constant(shape[-1], f"last axis of {output}")


def _letters(operation: Operation, arrays: Arrays) -> tuple[str, ...]:
    first = arrays[operation.inputs[0]]
    if operation.family is Family.LOSS:
        return _SCORES.get(first.ndim, ())
    table = _IMAGES if _has_channels(operation, arrays, first) else _ROWS
    return table.get(first.ndim, ())


def _has_channels(operation: Operation, arrays: Arrays, array: Array) -> bool:
    """Tell whether axis 1 of an input or output holds channels."""
    if array.ndim != 3:
        return array.ndim == 4
    has_filters = "weight" in arrays and arrays["weight"].ndim == array.ndim
    sampled = any(hasattr(operation, name) for name in ("windows", "dimensions"))
    return has_filters or sampled


def _of_conventions(operation: Operation) -> Iterator[tuple[str, Constant]]:
    kernel = getattr(getattr(operation, "windows", None), "kernel", ())
    for letter, length in zip(_KERNEL.get(len(kernel), ()), kernel, strict=False):
        yield letter, Constant(length, "side of the kernel")
    rate = getattr(operation, "rate", None)
    if isinstance(rate, float):
        yield "p", Constant(rate, "the rate of the component")
