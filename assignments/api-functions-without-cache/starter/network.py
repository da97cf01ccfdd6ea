"""Layers as functions without a cache; training changes the weights in place."""

import numpy as np


def affine_forward(x, w, b):
    """Return (N, M) for x (N, D), w (D, M) and b (M,)."""
    raise NotImplementedError


def affine_backward(grad_y, x, w):
    """Return grad_x (N, D), grad_w (D, M) and grad_b (M,)."""
    raise NotImplementedError


def relu_forward(x):
    """Return an array of the shape of x."""
    raise NotImplementedError


def relu_backward(grad_y, x):
    """Return grad_x, where x is what relu_forward was given."""
    raise NotImplementedError


def softmax_loss(Z, y):
    """Return one number for scores Z (N, C) and labels y (N,)."""
    raise NotImplementedError


def softmax_regression_epoch(X, y, theta, lr, batch):
    """Change theta (D, C) in place; return nothing."""
    raise NotImplementedError


def nn_epoch(X, y, W1, W2, lr, batch):
    """Change W1 (D, H) and W2 (H, C) in place; return nothing."""
    raise NotImplementedError
