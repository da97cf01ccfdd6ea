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
        self.X = X
        return X @ self.W.value + self.B.value

    def backward(self, d_out):
        self.W.grad += self.X.T @ d_out
        self.B.grad += d_out.sum(axis=0, keepdims=True)
        return d_out @ self.W.value.T

    def params(self):
        return {"W": self.W, "B": self.B}


class ReLULayer:
    """Pass positive entries on."""

    def forward(self, X):
        self.positive = X > 0
        return np.where(self.positive, X, 0)

    def backward(self, d_out):
        return d_out * (d_out > 0)

    def params(self):
        return {}


def softmax_with_cross_entropy(preds, target):
    rows = np.arange(len(target))
    shifted = preds - preds.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -logs[rows, target].sum()
    dprediction = np.exp(logs)
    dprediction[rows, target] -= 1
    return loss, dprediction


def l2_regularization(W, reg):
    return reg * np.sum(W**2), reg * W


class MomentumSGD:
    """Gradient descent with a velocity, for one parameter."""

    def __init__(self, momentum=0.9):
        self.momentum = momentum
        self.velocity = 0

    def update(self, w, d_w, learning_rate):
        self.velocity = self.momentum * self.velocity - learning_rate * d_w
        return w - self.velocity
