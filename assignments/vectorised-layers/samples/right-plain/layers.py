import numpy as np


class Linear:
    def __init__(self, n_in, n_out):
        self.params = {"weight": np.random.randn(n_in, n_out), "bias": np.zeros(n_out)}
        self.grads = {"weight": None, "bias": None}

    def forward(self, x):
        self.x = x.copy()
        return np.dot(x, self.params["weight"]) + self.params["bias"]

    def backward(self, grad_out):
        self.grads["weight"] = np.dot(self.x.T, grad_out)
        self.grads["bias"] = np.sum(grad_out, axis=0)
        return np.dot(grad_out, self.params["weight"].T)


class Sigmoid:
    params, grads = {}, {}

    def forward(self, x):
        self.x = x
        return 1.0 / (1.0 + np.exp(-x))

    def backward(self, grad_out):
        s = 1.0 / (1.0 + np.exp(-self.x))
        return s * (1.0 - s) * grad_out
