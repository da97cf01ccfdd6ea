"""Layers that hand down delta, which is minus the gradient."""

import numpy as np


class Layer:
    """x w + b, with w (in, out) and b (1, out)."""

    def __init__(self, in_units, out_units):
        self.w = 0.01 * np.random.randn(in_units, out_units)
        self.b = np.zeros((1, out_units))
        self.v_w = np.zeros_like(self.w)
        self.v_b = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, delta):
        directions = [np.outer(x, d) for x, d in zip(self.x, delta)]
        self.d_w = sum(directions) / len(directions)
        self.d_b = np.array([[sum(column) / len(delta) for column in delta.T]])
        return np.array([self.w @ d for d in delta])

    def update(self, lr, momentum):
        self.v_w = momentum * self.v_w + lr * self.d_w
        self.v_b = momentum * self.v_b + lr * self.d_b
        self.w = self.w + self.v_w
        self.b = self.b + self.v_b


class Sigmoid:
    """The logistic function."""

    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, delta):
        return delta * self.out * (1 - self.out)


class Tanh:
    """The hyperbolic tangent."""

    def forward(self, x):
        up, down = np.exp(x), np.exp(-x)
        self.out = (up - down) / (up + down)
        return self.out

    def backward(self, delta):
        return delta * (1 - self.out**2)


class ReLU:
    """Positive entries, and zeros."""

    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, delta):
        return delta * (self.x > 0)


class SoftmaxLoss:
    """Mean cross-entropy of softmax(x) and one-hot targets."""

    def forward(self, x, targets):
        self.targets, self.y = targets, np.zeros(x.shape)
        losses = []
        for row, (scores, target) in enumerate(zip(x, targets)):
            powers = np.exp(scores - scores.max())
            self.y[row] = powers / powers.sum()
            losses.append(np.log(powers.sum()) + scores.max() - scores[target == 1][0])
        return np.mean(losses)

    def backward(self):
        return self.targets - self.y
