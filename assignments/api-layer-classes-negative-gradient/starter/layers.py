"""Layers that hand down delta, which is minus the gradient."""

import numpy as np


class Layer:
    """x w + b, with w (in, out) and b (1, out)."""

    def __init__(self, in_units, out_units):
        self.w = 0.01 * np.random.randn(in_units, out_units)
        self.b = np.zeros((1, out_units))
        self.v_w = np.zeros_like(self.w)
        self.v_b = np.zeros_like(self.b)

    def forward(self, x):
        """Return (N, out) for x (N, in)."""
        raise NotImplementedError

    def backward(self, delta):
        """Set d_w and d_b; return the delta of the layer below."""
        raise NotImplementedError

    def update(self, lr, momentum):
        """Change w and b by one step with momentum."""
        raise NotImplementedError


class Sigmoid:
    """The logistic function."""

    def forward(self, x):
        """Return an array of the shape of x."""
        raise NotImplementedError

    def backward(self, delta):
        """Return the delta of the layer below."""
        raise NotImplementedError


class Tanh:
    """The hyperbolic tangent."""

    def forward(self, x):
        """Return an array of the shape of x."""
        raise NotImplementedError

    def backward(self, delta):
        """Return the delta of the layer below."""
        raise NotImplementedError


class ReLU:
    """Positive entries, and zeros."""

    def forward(self, x):
        """Return an array of the shape of x."""
        raise NotImplementedError

    def backward(self, delta):
        """Return the delta of the layer below."""
        raise NotImplementedError


class SoftmaxLoss:
    """Mean cross-entropy of softmax(x) and one-hot targets."""

    def forward(self, x, targets):
        """Return the loss, one number."""
        raise NotImplementedError

    def backward(self):
        """Return the first delta."""
        raise NotImplementedError
