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
        self.dLdW = np.zeros(self.W.shape)
        self.dLdb = np.zeros(self.b.shape)
        below = []
        for a, d in zip(self.A, dLdZ):
            self.dLdW += np.outer(d, a)
            self.dLdb += d.reshape(-1, 1)
            below.append(self.W.T @ d)
        self.dLdW /= len(below)
        self.dLdb /= len(below)
        return np.array(below)


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
        return 1 - self.A**2


class ReLU:
    """Positive entries, and zeros."""

    def forward(self, Z):
        self.A = Z.copy()
        self.A[Z < 0] = 0
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
        self.Y = Y
        rows, total = [], 0.0
        for a, y in zip(A, Y):
            powers = np.exp(a - np.max(a))
            rows.append(powers / sum(powers))
            total += np.log(sum(powers)) + np.max(a) - a @ y
        self.softmax = np.stack(rows)
        return total / len(A)

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
            layer.W -= self.lr * self.v_W[i]
            layer.b -= self.lr * self.v_b[i]
