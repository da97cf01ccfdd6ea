"""A layer that pulls small numbers to zero."""

import numpy as np


class Shrink:
    """Take the threshold of its feature off the size of each entry."""

    def __init__(self, features):
        self.params = {"threshold": np.full(features, 0.5)}
        self.grads = {}

    def forward(self, x):
        """Return an array of the shape of ``x``, which is (N, features)."""
        size = np.abs(x) - self.params["threshold"]
        self.direction = np.sign(x) * (size > 0)
        return self.direction * size

    def backward(self, grad_out):
        """Return the gradient for ``x``; put that for the threshold into ``grads``."""
        self.grads["threshold"] = -(grad_out * self.direction).sum(axis=0)
        return grad_out * np.abs(self.direction)
