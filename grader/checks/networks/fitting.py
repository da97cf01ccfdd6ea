"""Parameters and states of a layer that fit a given input.

Which lengths go together is read off what the operation draws for itself, so a new
layer needs no entry here. The reference refuses what was read wrongly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.contract.messages import Array
from reference.operations.base import Operation
from reference.operations.draws import GRID, signed

Shape = tuple[int, ...]

VARIANTS = (0, 1, 2)
# The axes of a weight from here on belong to a window, whose size is a convention.
WINDOW = 2
# Axes of the input that a length may be read from: the batch and the features.
SOURCES = (0, 1)
KEPT = 3
BIASES = ("bias", "beta")
# A factor on a feature is no smaller than this, or the feature would be lost in others.
LEAST_FACTOR = 0.5


@dataclass(frozen=True, slots=True)
class Axis:
    """Where the length of one axis comes from.

    Parameters
    ----------
    source
        Axis of the input, or ``None``.
    more
        Added to the length of ``source``: 1 where a bias is folded in.
    parts
        Divides it: the groups of a convolution.
    fixed
        Length of an axis of a window; 0 for others. Neither this nor a source: the
        width of the layer, which an assignment chooses, divided by ``parts``.
    """

    source: int | None = None
    more: int = 0
    parts: int = 1
    fixed: int = 0

    @property
    def is_free(self) -> bool:
        """Tell whether the assignment chooses this length."""
        return self.source is None and not self.fixed

    def length(self, shape: Shape, width: int) -> int:
        """Return the length for an input of this shape and a layer of this width."""
        if self.fixed:
            return self.fixed
        if self.source is None:
            return width // self.parts
        return (shape[self.source] + self.more) // self.parts


Axes = tuple[Axis, ...] | None
"""``None``: the shape of the input."""


@dataclass(frozen=True, eq=False)
class Template:
    """What the parameters and states of a layer look like, for any input.

    Parameters
    ----------
    examples
        Drawn arrays of the same names; their kind and sign are kept.
    """

    axes: Mapping[str, Axes]
    examples: Mapping[str, Array]

    @property
    def has_width(self) -> bool:
        """Tell whether the layer has a width that the assignment chooses."""
        return any(axis.is_free for axes in self.axes.values() for axis in axes or ())

    def shape(self, name: str, shape: Shape, width: int) -> Shape:
        """Return the shape of an array for an input of ``shape``."""
        axes = self.axes[name]
        if axes is None:
            return shape
        return tuple(axis.length(shape, width) for axis in axes)

    def draw(
        self,
        rng: np.random.Generator,
        names: Sequence[str],
        shape: Shape,
        width: int,
    ) -> dict[str, Array]:
        """Draw arrays that keep numbers of size one at size one.

        Parameters
        ----------
        names
            Of the arrays to draw.
        """
        return {
            name: self._drawn(rng, name, self.shape(name, shape, width))
            for name in names
        }

    def _drawn(self, rng: np.random.Generator, name: str, shape: Shape) -> Array:
        example = self.examples[name]
        if example.dtype.kind == "b":
            places = rng.permutation(int(np.prod(shape))).reshape(shape)
            return places % KEPT != 0
        values = np.asarray(signed(rng, shape))
        if example.size and np.all(example > 0):
            values = np.abs(values)
        if self.axes[name] is None or name in BIASES:
            return values
        if len(shape) < WINDOW:
            return values + LEAST_FACTOR * np.sign(values)
        return np.round(values / np.sqrt(self._inputs(name, shape)) / GRID) * GRID

    def _inputs(self, name: str, shape: Shape) -> int:
        """Return over how many entries a weight of this shape sums."""
        axes = self.axes[name] or ()
        summed = [
            length for axis, length in zip(axes, shape, strict=True) if not axis.is_free
        ]
        return max(1, int(np.prod(summed)))


def template(operation: Operation) -> Template:
    """Read off what parameters and states look like."""
    drawn = [
        operation.draw(np.random.default_rng(0), variant=variant)
        for variant in VARIANTS
    ]
    held = (*operation.parameters, *operation.states)
    widths = [_width(arrays, held) for arrays in drawn]
    axes = {name: _axes(operation, name, drawn, widths) for name in held}
    return Template(axes, {name: drawn[0][name] for name in held})


def _axes(
    operation: Operation,
    name: str,
    drawn: Sequence[Mapping[str, Array]],
    widths: Sequence[int],
) -> Axes:
    shapes = [arrays[name].shape for arrays in drawn]
    inputs = [arrays["x"].shape for arrays in drawn]
    if shapes == inputs:
        return None
    groups = getattr(operation, "groups", 1)
    parts = groups if isinstance(groups, int) else 1
    return tuple(
        _axis(at, [shape[at] for shape in shapes], inputs, widths, parts)
        for at in range(len(shapes[0]))
    )


def _axis(
    at: int,
    lengths: Sequence[int],
    inputs: Sequence[Shape],
    widths: Sequence[int],
    parts: int,
) -> Axis:
    if at >= WINDOW and len(set(lengths)) == 1:
        return Axis(fixed=lengths[0])
    candidates = [Axis(source) for source in SOURCES]
    candidates += [Axis(SOURCES[1], parts=parts), Axis(SOURCES[1], more=1)]
    for candidate in candidates:
        if all(
            candidate.length(shape, 0) == length
            for shape, length in zip(inputs, lengths, strict=True)
        ):
            return candidate
    return Axis(parts=max(1, widths[0] // lengths[0]))


def _width(arrays: Mapping[str, Array], held: Sequence[str]) -> int:
    """Return the number of features that a layer gives."""
    upstream = arrays.get("grad_out")
    if upstream is None or upstream.ndim < len(SOURCES) or not held:
        return 1
    return int(upstream.shape[SOURCES[1]])
