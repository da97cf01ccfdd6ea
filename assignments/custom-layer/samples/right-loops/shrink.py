"""Shrink, one number after the other."""

import numpy as np


class Shrink:
    def __init__(self, features):
        self.params = {"threshold": np.ones(features) / 2}
        self.grads = {}

    def forward(self, x):
        self.x = x
        out = np.zeros(x.shape)
        for n in range(x.shape[0]):
            for d in range(x.shape[1]):
                t = self.params["threshold"][d]
                if x[n, d] > t:
                    out[n, d] = x[n, d] - t
                elif x[n, d] < -t:
                    out[n, d] = x[n, d] + t
        return out

    def backward(self, grad_out):
        grad_x = np.zeros(self.x.shape)
        grad_t = np.zeros(self.x.shape[1])
        for n in range(self.x.shape[0]):
            for d in range(self.x.shape[1]):
                t = self.params["threshold"][d]
                if self.x[n, d] > t:
                    grad_x[n, d] = grad_out[n, d]
                    grad_t[d] -= grad_out[n, d]
                elif self.x[n, d] < -t:
                    grad_x[n, d] = grad_out[n, d]
                    grad_t[d] += grad_out[n, d]
        self.grads["threshold"] = grad_t
        return grad_x
