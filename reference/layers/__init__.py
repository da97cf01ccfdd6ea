"""Layers: ``forward``, ``backward``, ``params`` and ``grads``, one class per module."""

from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.layers.sigmoid import Sigmoid
from reference.layers.tanh import Tanh

__all__ = ["Linear", "ReLU", "Sigmoid", "Tanh"]
