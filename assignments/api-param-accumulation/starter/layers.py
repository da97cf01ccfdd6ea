"""Layers whose parameters collect their gradients."""

import numpy as np


class Param:
    """A parameter with its gradient; this class is complete."""

    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)


class FullyConnectedLayer:
    """X W + B, with W (D, M) and B (1, M)."""

    def __init__(self, n_input, n_output):
        self.W = Param(0.001 * np.random.randn(n_input, n_output))
        self.B = Param(0.001 * np.random.randn(1, n_output))

    def forward(self, X):
        """Return (N, M) for X (N, D)."""
        raise NotImplementedError

    def backward(self, d_out):
        """Add to the gradients of W and B; return the gradient for X."""
        raise NotImplementedError

    def params(self):
        """Return the parameters by their names."""
        return {"W": self.W, "B": self.B}


class ReLULayer:
    """Pass positive entries on."""

    def forward(self, X):
        """Return an array of the shape of X."""
        raise NotImplementedError

    def backward(self, d_out):
        """Return the gradient for X."""
        raise NotImplementedError

    def params(self):
        """Return nothing: there are no parameters."""
        return {}


def softmax_with_cross_entropy(preds, target):
    """Return the summed loss and its gradient (N, C), for preds (N, C)."""
    raise NotImplementedError


def l2_regularization(W, reg):
    """Return the penalty and its gradient, which has the shape of W."""
    raise NotImplementedError


class MomentumSGD:
    """Gradient descent with a velocity, for one parameter."""

    def __init__(self, momentum=0.9):
        self.momentum = momentum

    def update(self, w, d_w, learning_rate):
        """Return the new value of the parameter."""
        raise NotImplementedError
