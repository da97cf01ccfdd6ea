"""No derivative anywhere: every gradient is a measured slope."""

import numpy as np

H = 1e-5


def slopes(function, array):
    found = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        up, down = array.copy(), array.copy()
        up[index] += H
        down[index] -= H
        found[index] = (function(up) - function(down)) / (2 * H)
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
