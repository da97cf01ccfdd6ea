"""Loops over features, of which there are few, and none over examples."""

import numpy as np


class Linear:
    def __init__(self, rows, columns):
        self.params = {
            "weight": np.random.uniform(-0.1, 0.1, (rows, columns)),
            "bias": np.zeros(columns),
        }
        self.grads = {}

    def forward(self, x):
        self.x = x
        weight, bias = self.params["weight"], self.params["bias"]
        columns = [(x * weight[:, m]).sum(axis=1) + bias[m] for m in range(len(bias))]
        return np.stack(columns, axis=1)

    def backward(self, grad_out):
        weight = self.params["weight"]
        rows = [(self.x[:, d, None] * grad_out).sum(axis=0) for d in range(len(weight))]
        self.grads["weight"] = np.stack(rows)
        self.grads["bias"] = grad_out.sum(axis=0)
        grad_x = np.zeros_like(self.x)
        for m in range(weight.shape[1]):
            grad_x += np.outer(grad_out[:, m], weight[:, m])
        return grad_x


class Sigmoid:
    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        self.tanh = np.tanh(x / 2)
        return (1 + self.tanh) / 2

    def backward(self, grad_out):
        return grad_out * (1 - self.tanh) * (1 + self.tanh) / 4
