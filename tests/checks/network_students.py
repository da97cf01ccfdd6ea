"""Right student code for networks of images, to be broken by single replacements."""

IMAGES = """
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Conv2d:
    def __init__(self, in_channels, out_channels):
        shape = (out_channels, in_channels, 3, 3)
        self.params = {"weight": np.random.randn(*shape), "bias": np.zeros(shape[0])}
        self.grads = {}

    def forward(self, x):
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        self.windows = sliding_window_view(padded, (3, 3), axis=(2, 3))
        out = np.einsum("nchwij,fcij->nfhw", self.windows, self.params["weight"])
        return out + self.params["bias"][:, None, None]

    def backward(self, grad_out):
        self.grads["weight"] = np.einsum("nchwij,nfhw->fcij", self.windows, grad_out)
        self.grads["bias"] = grad_out.sum(axis=(0, 2, 3))
        padded = np.pad(grad_out, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = sliding_window_view(padded, (3, 3), axis=(2, 3))
        turned = self.params["weight"][:, :, ::-1, ::-1]
        return np.einsum("nfhwij,fcij->nchw", windows, turned)


class BatchNorm2d:
    def __init__(self, channels):
        self.params = {"gamma": np.ones(channels), "beta": np.zeros(channels)}
        self.grads = {}
        self.running_mean, self.running_var = np.zeros(channels), np.ones(channels)

    def forward(self, x):
        mean = x.mean(axis=(0, 2, 3), keepdims=True)
        var = x.var(axis=(0, 2, 3), keepdims=True)
        self.running_mean = 0.9 * self.running_mean + 0.1 * mean.ravel()
        self.running_var = 0.9 * self.running_var + 0.1 * var.ravel()
        self.root = np.sqrt(var + 0.1)
        self.normal = (x - mean) / self.root
        gamma, beta = self.params["gamma"], self.params["beta"]
        return gamma[:, None, None] * self.normal + beta[:, None, None]

    def backward(self, grad_out):
        axes = (0, 2, 3)
        self.grads["beta"] = grad_out.sum(axis=axes)
        self.grads["gamma"] = (grad_out * self.normal).sum(axis=axes)
        d = grad_out * self.params["gamma"][:, None, None]
        d = d - d.mean(axis=axes, keepdims=True) - self.normal * (
            d * self.normal
        ).mean(axis=axes, keepdims=True)
        return d / self.root


class ReLU:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.on = x > 0
        return np.where(self.on, x, 0.0)

    def backward(self, grad_out):
        return np.where(self.on, grad_out, 0.0)


class MaxPool2d:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        n, c, h, w = x.shape
        blocks = x.reshape(n, c, h // 2, 2, w // 2, 2)
        out = blocks.max(axis=(3, 5))
        self.winners = blocks == out[:, :, :, None, :, None]
        self.shape = x.shape
        return out

    def backward(self, grad_out):
        spread = self.winners * grad_out[:, :, :, None, :, None]
        return spread.reshape(self.shape)


class Flatten:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad_out):
        return grad_out.reshape(self.shape)


class Dropout:
    def __init__(self, rate):
        self.params, self.grads = {}, {}
        self.rate, self.mask = rate, None

    def forward(self, x):
        if self.mask is None:
            self.mask = np.random.rand(*x.shape) >= self.rate
        return x * self.mask / (1 - self.rate)

    def backward(self, grad_out):
        return grad_out * self.mask / (1 - self.rate)


class Tanh:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad_out):
        return grad_out * (1 - self.out**2)


class Linear:
    def __init__(self, in_features, out_features):
        shape = (in_features, out_features)
        self.params = {"weight": np.random.randn(*shape), "bias": np.zeros(shape[1])}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["weight"] + self.params["bias"]

    def backward(self, grad_out):
        self.grads = {"weight": self.x.T @ grad_out, "bias": grad_out.sum(axis=0)}
        return grad_out @ self.params["weight"].T


class CrossEntropy:
    def forward(self, logits, labels):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.p, self.labels = e / e.sum(axis=1, keepdims=True), labels
        return -np.mean(np.log(self.p[np.arange(len(labels)), labels]))

    def backward(self):
        one_hot = np.eye(self.p.shape[1])[self.labels]
        return (self.p - one_hot) / len(self.labels)
"""
