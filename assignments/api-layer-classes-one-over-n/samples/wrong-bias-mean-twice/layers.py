"""Layers, activations, losses and an optimizer as classes."""

import numpy as np


class Linear:
    """Z = A W.T + b.T, with W (out, in) and b (out, 1)."""

    def __init__(self, in_features, out_features):
        self.W = np.zeros((out_features, in_features))
        self.b = np.zeros((out_features, 1))

    def forward(self, A):
        self.A = A
        return A @ self.W.T + self.b.T

    def backward(self, dLdZ):
        N = len(self.A)
        self.dLdW = dLdZ.T @ self.A / N
        self.dLdb = dLdZ.sum(axis=0)[:, np.newaxis] / N**2
        return dLdZ @ self.W


class Sigmoid:
    """The logistic function."""

    def forward(self, Z):
        self.A = 1 / (1 + np.exp(-Z))
        return self.A

    def backward(self):
        return self.A * (1 - self.A)


class Tanh:
    """The hyperbolic tangent."""

    def forward(self, Z):
        self.A = np.tanh(Z)
        return self.A

    def backward(self):
        return 1 - self.A


class ReLU:
    """Positive entries, and zeros."""

    def forward(self, Z):
        self.A = np.maximum(Z, 0)
        return self.A

    def backward(self):
        return np.where(self.A > 0, 1.0, 0.0)


class MSELoss:
    """Half the mean of all squared differences."""

    def forward(self, A, Y):
        self.A, self.Y = A, Y
        return np.sum((A - Y) ** 2) / (2 * A.size)

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
        self.v_W = [np.zeros_like(layer.W) for layer in self.layers]
        self.v_b = [np.zeros_like(layer.b) for layer in self.layers]

    def step(self):
        for i, layer in enumerate(self.layers):
            self.v_W[i] = self.mu * self.v_W[i] + layer.dLdW
            self.v_b[i] = self.mu * self.v_b[i] + layer.dLdb
            layer.W = layer.W - self.lr * self.v_W[i]
            layer.b = layer.b - self.lr * self.v_b[i]
