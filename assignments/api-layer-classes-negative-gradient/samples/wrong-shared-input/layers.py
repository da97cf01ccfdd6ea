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
        Layer.x = x
        return x @ self.w + self.b

    def backward(self, delta):
        self.d_w = self.x.T @ delta / len(delta)
        self.d_b = delta.mean(axis=0, keepdims=True)
        return delta @ self.w.T

    def update(self, lr, momentum):
        self.v_w = momentum * self.v_w + lr * self.d_w
        self.v_b = momentum * self.v_b + lr * self.d_b
        self.w = self.w + self.v_w
        self.b = self.b + self.v_b


class Sigmoid:
    """The logistic function."""

    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, delta):
        return delta * self.out * (1 - self.out)


class Tanh:
    """The hyperbolic tangent."""

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, delta):
        return delta * (1 - self.out**2)


class ReLU:
    """Positive entries, and zeros."""

    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, delta):
        return delta * (self.x > 0)


class SoftmaxLoss:
    """Mean cross-entropy of softmax(x) and one-hot targets."""

    def forward(self, x, targets):
        shifted = x - x.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.y, self.targets = np.exp(logs), targets
        return -np.sum(targets * logs) / len(x)

    def backward(self):
        return self.targets - self.y
