import math

import numpy as np


class Param:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)


class FullyConnectedLayer:
    def __init__(self, n_input, n_output):
        self.weights = Param(np.random.normal(0, 0.01, (n_input, n_output)))
        self.offsets = Param(np.zeros((1, n_output)))

    def forward(self, X):
        self.examples = [row for row in X]
        return np.array([row @ self.weights.value for row in X]) + self.offsets.value

    def backward(self, d_out):
        W, B = self.weights.grad, self.offsets.grad
        back = []
        for example, delta in zip(self.examples, d_out):
            W = W + np.outer(example, delta)
            B = B + delta[np.newaxis]
            back.append(self.weights.value @ delta)
        self.weights.grad, self.offsets.grad = W, B
        return np.array(back)

    def params(self):
        return dict(B=self.offsets, W=self.weights)


class ReLULayer:
    def forward(self, X):
        self.X = X
        return np.maximum(X, 0)

    def backward(self, d_out):
        d_out = d_out.copy()
        d_out[self.X <= 0] = 0
        return d_out

    def params(self):
        return {}


def softmax_with_cross_entropy(preds, target):
    loss = 0.0
    dprediction = np.zeros(preds.shape)
    for n, label in enumerate(target):
        row = preds[n] - max(preds[n])
        total = sum(math.exp(score) for score in row)
        loss += math.log(total) - row[label]
        for c, score in enumerate(row):
            dprediction[n, c] = math.exp(score) / total - (c == label)
    return loss, dprediction


def l2_regularization(W, reg):
    loss = 0.0
    for weight in W.flat:
        loss += reg * weight * weight
    return loss, reg * (W + W)


class MomentumSGD:
    def __init__(self, momentum=0.9):
        self.momentum = momentum
        self.velocity = None

    def update(self, w, d_w, learning_rate):
        if self.velocity is None:
            self.velocity = np.zeros_like(w)
        self.velocity *= self.momentum
        self.velocity -= learning_rate * d_w
        return w + self.velocity
