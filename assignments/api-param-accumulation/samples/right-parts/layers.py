from dataclasses import dataclass, field

import numpy as np


@dataclass
class Param:
    value: np.ndarray
    grad: np.ndarray = field(init=False)

    def __post_init__(self):
        self.grad = np.zeros(np.shape(self.value))

    def add(self, gradient):
        np.add(self.grad, gradient, out=self.grad)


class Layer:
    def __init__(self):
        self._params = {}

    def params(self):
        return self._params


class FullyConnectedLayer(Layer):
    def __init__(self, n_input, n_output):
        rng = np.random.default_rng()
        self._params = {
            "W": Param(rng.uniform(-0.1, 0.1, (n_input, n_output))),
            "B": Param(np.zeros((1, n_output))),
        }

    def forward(self, X):
        self._last = X.copy()
        return np.einsum("nd,dm->nm", X, self._params["W"].value) + (
            self._params["B"].value
        )

    def backward(self, d_out):
        self._params["W"].add(np.einsum("nd,nm->dm", self._last, d_out))
        self._params["B"].add(np.ones((1, len(d_out))) @ d_out)
        return np.einsum("nm,dm->nd", d_out, self._params["W"].value)


class ReLULayer(Layer):
    def forward(self, X):
        out = X * (X > 0)
        self._out = out
        return out

    def backward(self, d_out):
        return np.where(self._out > 0, d_out, 0.0)


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1)[:, None])
    return powers / powers.sum(axis=1)[:, None]


def softmax_with_cross_entropy(preds, target):
    top = preds.max(axis=1)
    log_sums = top + np.log(np.exp(preds - top[:, None]).sum(axis=1))
    loss = np.sum(log_sums - np.take_along_axis(preds, target[:, None], 1)[:, 0])
    return loss, softmax(preds) - np.eye(preds.shape[1])[target]


def l2_regularization(W, reg):
    return reg * np.linalg.norm(W) ** 2, W * (2 * reg)


class MomentumSGD:
    def __init__(self, momentum=0.9):
        self.momentum, self.displacement = momentum, 0.0

    def update(self, w, d_w, learning_rate):
        self.displacement = learning_rate * d_w + self.momentum * self.displacement
        return w - self.displacement
