"""Sums written with indices, which NumPy plans anew in every call."""

import numpy as np


class Linear:
    def __init__(self, n_in, n_out):
        scale = np.sqrt(2 / n_in)
        weight = scale * np.random.default_rng().normal(size=(n_in, n_out))
        self.params = {"weight": weight, "bias": np.zeros(n_out)}
        self.grads = {}

    def forward(self, x):
        assert x.ndim == 2, x.shape
        self.x = x
        product = np.einsum("nd,dm->nm", x, self.params["weight"], optimize=True)
        return product + self.params["bias"][np.newaxis, :]

    def backward(self, grad_out):
        assert len(grad_out) == len(self.x)
        self.grads = {
            "weight": np.einsum("nd,nm->dm", self.x, grad_out, optimize=True),
            "bias": np.einsum("nm->m", grad_out),
        }
        return np.einsum("nm,dm->nd", grad_out, self.params["weight"], optimize=True)


class Sigmoid:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        # Never the exponential of a large number.
        small = np.exp(-np.abs(x))
        self.out = np.where(x >= 0, 1 / (1 + small), small / (1 + small))
        return self.out.copy()

    def backward(self, grad_out):
        return np.einsum("...,...->...", grad_out, self.out - self.out**2)
