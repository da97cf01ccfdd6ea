"""What goes wrong in convolution of sequences."""

from reference.misconceptions.convolution import convolution_entries

MISCONCEPTIONS = convolution_entries("conv1d")
