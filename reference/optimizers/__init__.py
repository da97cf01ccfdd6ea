"""Optimizers: ``step`` updates the parameters of a list of layers from their grads."""

from reference.optimizers.momentum import Momentum
from reference.optimizers.sgd import SGD

__all__ = ["SGD", "Momentum"]
