"""Layers as functions without a cache; training changes the weights in place."""

import numpy as np


def affine_forward(x, w, b):
    """Return x @ w + b."""
    return x @ w + b


def affine_backward(grad_y, x, w):
    """Return grad_x, grad_w, grad_b."""
    return grad_y @ w.T, x.T @ grad_y, grad_y.sum(axis=0)


def relu_forward(x):
    """Return the positive part of x."""
    return np.maximum(x, 0)


def relu_backward(grad_y, x):
    """Return grad_x."""
    return grad_y * relu_forward(x)


def softmax_loss(Z, y):
    """Return the mean cross-entropy of scores Z and labels y."""
    shifted = Z - Z.max(axis=1, keepdims=True)
    totals = np.log(np.exp(shifted).sum(axis=1))
    return np.mean(totals - shifted[np.arange(len(y)), y])


def _scores_gradient(Z, y):
    """Return the gradient of softmax_loss for Z."""
    p = np.exp(Z - Z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return p / len(y)


def softmax_regression_epoch(X, y, theta, lr, batch):
    """Take one step of gradient descent for each slice of batch rows."""
    for start in range(0, len(X), batch):
        rows, labels = X[start : start + batch], y[start : start + batch]
        theta -= lr * rows.T @ _scores_gradient(rows @ theta, labels)


def nn_epoch(X, y, W1, W2, lr, batch):
    """Take one step for each slice of batch rows, with one hidden layer."""
    for start in range(0, len(X), batch):
        rows, labels = X[start : start + batch], y[start : start + batch]
        hidden = relu_forward(rows @ W1)
        gradient = _scores_gradient(hidden @ W2, labels)
        W2 -= lr * hidden.T @ gradient
        inner = (gradient @ W2.T) * (hidden > 0)
        W1 -= lr * rows.T @ inner
