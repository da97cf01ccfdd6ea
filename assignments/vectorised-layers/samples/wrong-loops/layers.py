"""Right, and one example at a time."""

import math

import numpy as np


class Linear:
    def __init__(self, n_in, n_out):
        self.params = {"weight": np.random.randn(n_in, n_out), "bias": np.zeros(n_out)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        out = []
        for row in x:
            out.append(row @ self.params["weight"] + self.params["bias"])
        return np.array(out)

    def backward(self, grad_out):
        grad_weight = np.zeros_like(self.params["weight"])
        grad_bias = np.zeros_like(self.params["bias"])
        grad_x = np.zeros_like(self.x)
        for n in range(len(self.x)):
            grad_weight += np.outer(self.x[n], grad_out[n])
            grad_bias += grad_out[n]
            grad_x[n] = self.params["weight"] @ grad_out[n]
        self.grads = {"weight": grad_weight, "bias": grad_bias}
        return grad_x


class Sigmoid:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.out = np.vectorize(lambda value: 1 / (1 + math.exp(-value)))(x)
        return self.out

    def backward(self, grad_out):
        return grad_out * self.out * (1 - self.out)
