"""What goes wrong in transposed convolution of sequences."""

from reference.misconceptions.transposed_convolution import (
    transposed_convolution_entries,
)

MISCONCEPTIONS = transposed_convolution_entries("conv_transpose1d")
