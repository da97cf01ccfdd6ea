"""Layers, activations, losses and an optimizer as classes."""

import numpy as np


class Linear:
    """Z = A W.T + b.T, with W (out, in) and b (out, 1)."""

    def __init__(self, in_features, out_features):
        self.W = np.zeros((out_features, in_features))
        self.b = np.zeros((out_features, 1))

    def forward(self, A):
        self.A = A
        return np.einsum("ni,oi->no", A, self.W) + self.b.ravel()

    def backward(self, dLdZ):
        self.dLdW = np.einsum("no,ni->oi", dLdZ, self.A) / len(dLdZ)
        self.dLdb = np.mean(dLdZ, axis=0).reshape(-1, 1)
        return np.einsum("no,oi->ni", dLdZ, self.W)


class Sigmoid:
    """The logistic function."""

    def forward(self, Z):
        self.Z = Z
        return 0.5 * (1 + np.tanh(Z / 2))

    def backward(self):
        return 1 / (2 + np.exp(self.Z) + np.exp(-self.Z))


class Tanh:
    """The hyperbolic tangent."""

    def forward(self, Z):
        self.A = np.tanh(Z)
        return self.A

    def backward(self):
        return (1 - self.A) * (1 + self.A)


class ReLU:
    """Positive entries, and zeros."""

    def forward(self, Z):
        self.A = np.maximum(Z, 0)
        return self.A

    def backward(self):
        return (self.A > 0).astype(float)


class MSELoss:
    """Half the mean of all squared differences."""

    def forward(self, A, Y):
        self.A, self.Y = A, Y
        return 0.5 * np.mean(np.square(Y - A))

    def backward(self):
        return self.A - self.Y


class CrossEntropyLoss:
    """Cross-entropy of softmax(A) and one-hot rows Y."""

    def forward(self, A, Y):
        shifted = A - A.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.softmax, self.Y = np.exp(logs), Y
        return -np.sum(Y * logs) / len(A)

    def backward(self):
        return self.softmax - self.Y


class SGD:
    """Gradient descent with momentum over the layers of a model."""

    def __init__(self, model, lr=0.1, momentum=0):
        self.layers = model.layers
        self.lr, self.mu = lr, momentum
        self.velocities = {}

    def step(self):
        for i, layer in enumerate(self.layers):
            for name in ("W", "b"):
                old = self.velocities.get((i, name), 0)
                new = self.mu * old + getattr(layer, f"dLd{name}")
                self.velocities[i, name] = new
                setattr(layer, name, getattr(layer, name) - self.lr * new)
