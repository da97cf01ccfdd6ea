"""Procedures around layers: minibatches, the training loop, prediction."""

from reference.training.batches import minibatches
from reference.training.loop import predict, train

__all__ = ["minibatches", "predict", "train"]
