"""Layers as pairs of functions: forward returns a cache, backward takes it."""

import numpy as np


def affine_forward(x, w, b):
    """Return out (N, M) and a cache, for x (N, D), w (D, M) and b (M,)."""
    raise NotImplementedError


def affine_backward(dout, cache):
    """Return dx (N, D), dw (D, M) and db (M,)."""
    raise NotImplementedError


def relu_forward(x):
    """Return out and a cache, for x of any shape."""
    raise NotImplementedError


def relu_backward(dout, cache):
    """Return dx."""
    raise NotImplementedError


def batchnorm_forward(x, gamma, beta, bn_param):
    """Return out (N, D) and a cache; in mode "train" move the running moments."""
    raise NotImplementedError


def batchnorm_backward(dout, cache):
    """Return dx (N, D), dgamma (D,) and dbeta (D,)."""
    raise NotImplementedError


def softmax_loss(x, y):
    """Return the loss, one number, and dx (N, C), for scores x and labels y (N,)."""
    raise NotImplementedError
