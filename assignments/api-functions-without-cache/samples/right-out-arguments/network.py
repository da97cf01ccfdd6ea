"""Uses einsum and writes results through slices and out arguments."""
import numpy as np


def affine_forward(x, w, b):
    return np.einsum("nd,dm->nm", x, w) + b.reshape(1, -1)


def affine_backward(grad_y, x, w):
    return np.einsum("nm,dm->nd", grad_y, w), np.einsum("nd,nm->dm", x, grad_y), np.einsum("nm->m", grad_y)


def relu_forward(x):
    return np.where(x > 0, x, 0.0)


def relu_backward(grad_y, x):
    return np.where(x > 0, grad_y, 0.0)


def log_softmax(Z):
    Z = Z - np.amax(Z, axis=1)[:, None]
    return Z - np.log(np.sum(np.exp(Z), axis=1))[:, None]


def softmax_loss(Z, y):
    return float(-log_softmax(Z)[range(len(y)), y].sum() / len(y))


def error(Z, y):
    return (np.exp(log_softmax(Z)) - np.eye(Z.shape[1])[y]) / Z.shape[0]


def slices(X, y, batch):
    cuts = np.arange(batch, X.shape[0], batch)
    return zip(np.split(X, cuts), np.split(y, cuts))


def softmax_regression_epoch(X, y, theta, lr, batch):
    for x, t in slices(X, y, batch):
        theta[...] = theta - lr * (x.T @ error(x @ theta, t))


def nn_epoch(X, y, W1, W2, lr, batch):
    for x, t in slices(X, y, batch):
        z1 = x @ W1
        a1 = relu_forward(z1)
        e = error(a1 @ W2, t)
        _, g2, _ = affine_backward(e, a1, W2)
        g1 = x.T @ relu_backward(e @ W2.T, z1)
        np.subtract(W1, lr * g1, out=W1)
        np.subtract(W2, lr * g2, out=W2)
