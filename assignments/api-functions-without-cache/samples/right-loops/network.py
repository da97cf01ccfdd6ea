# One example at a time: gradients of a slice are added up and divided at the end.
import math

import numpy as np


def affine_forward(x, w, b):
    return np.array([row @ w + b for row in x])


def affine_backward(grad_y, x, w):
    grad_x, grad_w, grad_b = [], np.zeros(w.shape), np.zeros(w.shape[1])
    for row, upstream in zip(x, grad_y):
        grad_x.append(w @ upstream)
        grad_w += np.outer(row, upstream)
        grad_b += upstream
    return np.array(grad_x), grad_w, grad_b


def relu_forward(x):
    return (np.abs(x) + x) / 2


def relu_backward(grad_y, x):
    grad = grad_y.copy()
    grad[x < 0] = 0
    return grad


def probabilities(scores):
    powers = [math.exp(s - max(scores)) for s in scores]
    return np.array(powers) / sum(powers)


def softmax_loss(Z, y):
    total = 0
    for scores, label in zip(Z, y):
        total -= math.log(probabilities(list(scores))[label])
    return total / len(y)


def softmax_regression_epoch(X, y, theta, lr, batch):
    position = 0
    while position < len(X):
        end = min(position + batch, len(X))
        gradient = np.zeros(theta.shape)
        for n in range(position, end):
            e = probabilities(X[n] @ theta)
            e[y[n]] -= 1
            gradient += np.outer(X[n], e)
        theta -= lr / (end - position) * gradient
        position = end


def nn_epoch(X, y, W1, W2, lr, batch):
    for start in range(0, len(X), batch):
        end = min(start + batch, len(X))
        G1, G2 = np.zeros(W1.shape), np.zeros(W2.shape)
        for n in range(start, end):
            h = relu_forward(X[n] @ W1)
            e = probabilities(h @ W2)
            e[y[n]] -= 1
            G2 += np.outer(h, e)
            G1 += np.outer(X[n], (W2 @ e) * (h > 0))
        W1 -= lr * G1 / (end - start)
        W2 -= lr * G2 / (end - start)
