"""Transposed convolution as an operation, in one and in two dimensions."""

from abc import abstractmethod
from itertools import count
from typing import Any

import numpy as np

from reference.layers.transposed_convolution import (
    TransposedConvolution as TransposedConvolutionLayer,
)
from reference.operations.adjoint import adjoint
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, independent_examples
from reference.operations.windows import (
    Length,
    drawn_sides,
    first_free,
    linear_in_input,
    named_sizes,
    translated,
)
from reference.windows import PerAxis


class TransposedConvolution(LayerOperation):
    """Transposed convolution over as many axes as a subclass says."""

    def __init__(
        self,
        kernel: PerAxis,
        stride: PerAxis,
        padding: PerAxis,
        output_padding: PerAxis,
        bias: bool,
    ) -> None:
        self._conventions: dict[str, Any] = {
            "stride": stride,
            "padding": padding,
            "output_padding": output_padding,
            "bias": bias,
        }
        example = self.layer_class(1, 1, kernel, **self._conventions)
        self.bias, self.example = bias, example
        self.parameters = ("weight", "bias") if bias else ("weight",)
        self.inputs = self.differentiable = ("x", *self.parameters)
        entries = example.windows.kernel
        self.square = ("weight",) if len(set(entries)) < len(entries) else ()

    @property
    @abstractmethod
    def layer_class(self) -> type[TransposedConvolutionLayer]:
        """Return the layer."""

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, ``weight``, perhaps ``bias``, and ``grad_out``."""
        entries = self.example.windows.kernel
        filters = first_free(entries, count(2))
        examples = first_free((filters,), count(3))
        if variant == 1:
            filters = first_free(entries, count(filters + 1))
            examples = first_free((filters,), count(examples + 1))
        channels = first_free((*entries, filters, examples), count(2))
        sides, outputs = drawn_sides(
            [self._output_length(axis) for axis in range(len(entries))],
            ((examples, channels), (examples, filters)),
        )
        examples = 1 if variant == 2 else examples
        arrays = {
            "x": signed(rng, (examples, channels, *sides)),
            "weight": signed(rng, (channels, filters, *entries)),
            "bias": signed(rng, (filters,)),
            "grad_out": signed(rng, (examples, filters, *outputs)),
        }
        return {name: arrays[name] for name in (*self.inputs, "grad_out")}

    def _output_length(self, axis: int) -> Length:
        axes = len(self.example.windows.kernel)
        return lambda side: self.example.output_sides((side,) * axes)[axis]

    def layer(self, arrays: Arrays) -> TransposedConvolutionLayer:
        """Return a layer that holds ``weight`` and perhaps ``bias``."""
        channels, filters, *entries = arrays["weight"].shape
        layer = self.layer_class(channels, filters, entries, **self._conventions)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return the channels, ``kernel``, ``stride``, ``padding``, ``output_padding``.

        For images there are ``kernel_height``, ``kernel_width`` and so on as well.
        """
        channels, filters, *entries = arrays["weight"].shape
        windows = self.example.windows
        return {
            "in_channels": channels,
            "out_channels": filters,
            **named_sizes("kernel", tuple(entries)),
            **named_sizes("stride", windows.stride),
            **named_sizes("padding", tuple(before for before, _ in windows.padding)),
            **named_sizes("output_padding", self.example.output_padding),
        }

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what every layer obeys that is linear and moves with its input."""
        bias = ("bias",) if self.bias else ()
        stride = self.example.windows.stride
        return (
            *super().relations,
            independent_examples(("x", "grad_out"), ("out", "grad_x")),
            linear_in_input(bias),
            adjoint(("x", *bias)),
            translated((1,) * len(stride), stride),
        )
