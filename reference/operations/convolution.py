"""Convolution as an operation, in one and in two dimensions."""

from abc import abstractmethod
from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np

from reference.layers.convolution import Convolution as ConvolutionLayer
from reference.operations.adjoint import adjoint
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, independent_examples
from reference.operations.windows import (
    drawn_sides,
    first_free,
    linear_in_input,
    named_sizes,
    translated,
    window_counts,
)
from reference.windows import PerAxis


class Convolution(LayerOperation):
    """Convolution over as many axes as a subclass says."""

    def __init__(
        self,
        kernel: PerAxis,
        stride: PerAxis,
        padding: PerAxis | str,
        dilation: PerAxis,
        groups: int,
        kind: str,
        bias: bool,
    ) -> None:
        self._conventions: dict[str, Any] = {
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "groups": groups,
            "kind": kind,
            "bias": bias,
        }
        example = self.layer_class(groups, groups, kernel, **self._conventions)
        self.kind, self.groups, self.bias = example.kind, groups, bias
        self.padding, self.windows = padding, example.windows
        self.parameters = ("weight", "bias") if bias else ("weight",)
        self.inputs = self.differentiable = ("x", *self.parameters)
        entries = self.windows.kernel
        self.square = ("weight",) if len(set(entries)) < len(entries) else ()

    @property
    @abstractmethod
    def layer_class(self) -> type[ConvolutionLayer]:
        """Return the layer."""

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, ``weight``, perhaps ``bias``, and ``grad_out``.

        At the end of the image the stride leaves as much as it can, except in
        variant 1, where the windows end with it.
        """
        entries = self.windows.kernel
        depth = first_free(entries, count(2))
        channels = depth * self.groups
        examples = first_free((channels,), count(3))
        multiples = count(2 * self.groups, self.groups)
        filters = first_free((*entries, depth, channels, examples), multiples)
        if variant == 1:
            examples = first_free((channels,), count(examples + 1))
            filters = first_free((*entries, depth, channels, examples), multiples)
        sides, outputs = drawn_sides(
            window_counts(self.windows, tiled=variant == 1),
            ((examples, channels), (examples, filters)),
        )
        examples = 1 if variant == 2 else examples
        arrays = {
            "x": signed(rng, (examples, channels, *sides)),
            "weight": signed(rng, (filters, depth, *entries)),
            "bias": signed(rng, (filters,)),
            "grad_out": signed(rng, (examples, filters, *outputs)),
        }
        return {name: arrays[name] for name in (*self.inputs, "grad_out")}

    def layer(self, arrays: Arrays) -> ConvolutionLayer:
        """Return a layer that holds ``weight`` and perhaps ``bias``."""
        filters, depth, *entries = arrays["weight"].shape
        layer = self.layer_class(
            depth * self.groups, filters, entries, **self._conventions
        )
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return the channels, ``kernel``, ``stride``, ``padding`` and the like.

        For images there are ``kernel_height``, ``kernel_width`` and so on as well.
        ``padding`` is a number wherever it is the same on both sides.
        """
        filters, depth, *entries = arrays["weight"].shape
        windows = self.layer(arrays).windows
        before, after = zip(*windows.padding, strict=True)
        return {
            "in_channels": depth * self.groups,
            "out_channels": filters,
            **named_sizes("kernel", tuple(entries)),
            **named_sizes("stride", windows.stride),
            **(
                named_sizes("padding", before)
                if before == after
                else {"padding": self.padding}
            ),
            **named_sizes("dilation", windows.dilation),
            "groups": self.groups,
        }

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what convolutions obey, and that full ones of one stride commute."""
        windows, bias = self.windows, ("bias",) if self.bias else ()
        found = (
            *super().relations,
            independent_examples(("x", "grad_out"), ("out", "grad_x")),
            linear_in_input(bias),
            adjoint(("x", *bias)),
            translated(windows.stride, (1,) * len(windows.stride)),
        )
        plain = {*windows.stride, *windows.dilation, self.groups} == {1}
        if self.kind == "convolution" and self.padding == "full" and plain:
            return (*found, commutative())
        return found


def commutative() -> Relation:
    """Return that signals and filters may change places.

    Then the examples are the filters and the filters are the examples, so the first two
    axes of the output change places, and ``grad_x`` is the former ``grad_weight``.
    """

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        x, weight, upstream = arrays["x"], arrays["weight"], arrays["grad_out"]
        one = {**arrays}
        other = {
            **arrays,
            "x": weight,
            "weight": x,
            "grad_out": np.ascontiguousarray(upstream.swapaxes(0, 1)),
        }
        if "bias" in arrays:
            one["bias"], other["bias"] = np.zeros(len(weight)), np.zeros(len(x))
        return [one, other]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        one, other = found
        return {
            "out": (one["out"].swapaxes(0, 1), other["out"]),
            "grad_x": (one["grad_x"], other["grad_weight"]),
            "grad_weight": (one["grad_weight"], other["grad_x"]),
        }

    return Relation(
        "commutative",
        "A signal convolved with a filter is the filter convolved with the signal.",
        questions,
        pairs,
    )
