"""Slopes measured along the imaginary axis: exact, and a forward for every entry."""

import numpy as np


def slopes(function, array):
    found = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        moved = array.astype(complex)
        moved[index] += 1e-30j
        found[index] = function(moved).imag / 1e-30
    return found


class Linear:
    def __init__(self, n_in, n_out):
        self.params = {"weight": np.random.randn(n_in, n_out), "bias": np.zeros(n_out)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["weight"] + self.params["bias"]

    def backward(self, grad_out):
        x, w, b = self.x, self.params["weight"], self.params["bias"]
        self.grads["weight"] = slopes(lambda new: np.sum((x @ new + b) * grad_out), w)
        self.grads["bias"] = slopes(lambda new: np.sum((x @ w + new) * grad_out), b)
        return slopes(lambda new: np.sum((new @ w + b) * grad_out), x)


class Sigmoid:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.x = x
        return 1 / (1 + np.exp(-x))

    def backward(self, grad_out):
        return slopes(lambda new: np.sum(grad_out / (1 + np.exp(-new))), self.x)
