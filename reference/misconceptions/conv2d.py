"""What goes wrong in convolution of images."""

from reference.misconceptions.convolution import convolution_entries

MISCONCEPTIONS = convolution_entries("conv2d")
