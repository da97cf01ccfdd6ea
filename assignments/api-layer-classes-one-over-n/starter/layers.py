"""Layers, activations, losses and an optimizer as classes."""

import numpy as np


class Linear:
    """Z = A W.T + b.T, with W (out, in) and b (out, 1)."""

    def __init__(self, in_features, out_features):
        self.W = np.zeros((out_features, in_features))
        self.b = np.zeros((out_features, 1))

    def forward(self, A):
        """Return Z (N, out) for A (N, in)."""
        raise NotImplementedError

    def backward(self, dLdZ):
        """Set dLdW and dLdb; return dLdA (N, in) for dLdZ (N, out)."""
        raise NotImplementedError


class Sigmoid:
    """The logistic function."""

    def forward(self, Z):
        """Return A, of the shape of Z."""
        raise NotImplementedError

    def backward(self):
        """Return the derivative of A with respect to Z, entry by entry."""
        raise NotImplementedError


class Tanh:
    """The hyperbolic tangent."""

    def forward(self, Z):
        """Return A, of the shape of Z."""
        raise NotImplementedError

    def backward(self):
        """Return the derivative of A with respect to Z, entry by entry."""
        raise NotImplementedError


class ReLU:
    """Positive entries, and zeros."""

    def forward(self, Z):
        """Return A, of the shape of Z."""
        raise NotImplementedError

    def backward(self):
        """Return the derivative of A with respect to Z, entry by entry."""
        raise NotImplementedError


class MSELoss:
    """Half the mean of all squared differences."""

    def forward(self, A, Y):
        """Return the loss, one number."""
        raise NotImplementedError

    def backward(self):
        """Return dLdA."""
        raise NotImplementedError


class CrossEntropyLoss:
    """Cross-entropy of softmax(A) and one-hot rows Y."""

    def forward(self, A, Y):
        """Return the loss, one number."""
        raise NotImplementedError

    def backward(self):
        """Return dLdA."""
        raise NotImplementedError


class SGD:
    """Gradient descent with momentum over the layers of a model."""

    def __init__(self, model, lr=0.1, momentum=0):
        self.layers = model.layers
        self.lr, self.mu = lr, momentum
        self.v_W = [np.zeros_like(layer.W) for layer in self.layers]
        self.v_b = [np.zeros_like(layer.b) for layer in self.layers]

    def step(self):
        """Update W and b of every layer."""
        raise NotImplementedError
