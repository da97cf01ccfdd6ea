"""Layers as pairs of functions: forward returns a cache, backward takes it."""

import numpy as np


seen = {}


def affine_forward(x, w, b):
    """Return x @ w + b and the cache."""
    seen["x"] = x
    return x @ w + b, (seen, w)


def affine_backward(dout, cache):
    """Return dx, dw, db."""
    cache, w = cache
    x = cache["x"]
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def relu_forward(x):
    """Return the positive part of x and the cache x."""
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    """Return dx."""
    return dout * (cache > 0)


def batchnorm_forward(x, gamma, beta, bn_param):
    """Normalise each column; in training, move the running moments."""
    eps, momentum = bn_param["eps"], bn_param["momentum"]
    if bn_param["mode"] == "test":
        std = np.sqrt(bn_param["running_var"] + eps)
        return gamma * (x - bn_param["running_mean"]) / std + beta, None
    mean, var = x.mean(axis=0), x.var(axis=0)
    for key, value in (("running_mean", mean), ("running_var", var)):
        bn_param[key] = momentum * bn_param[key] + (1 - momentum) * value
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, (x_hat, gamma, std)


def batchnorm_backward(dout, cache):
    """Return dx, dgamma, dbeta."""
    x_hat, gamma, std = cache
    dgamma, dbeta = (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    dx = gamma / std * (dout - dbeta / len(dout) - x_hat * dgamma / len(dout))
    return dx, dgamma, dbeta


def softmax_loss(x, y):
    """Return the mean cross-entropy and its gradient."""
    rows = np.arange(len(x))
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[rows, y] -= 1
    return -log_p[rows, y].mean(), dx / len(x)
