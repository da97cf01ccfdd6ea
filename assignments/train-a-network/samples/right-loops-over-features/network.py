"""A network with plain loops over features and classes, and ten examples per step."""

import math

import numpy as np


def he_normal(shape):
    rng = np.random.default_rng()
    weight = np.empty(shape)
    for row in range(shape[0]):
        weight[row] = rng.normal(scale=math.sqrt(2 / shape[0]), size=shape[1])
    return weight


class Linear:
    def __init__(self, in_features, out_features):
        self.params = {
            "weight": he_normal((in_features, out_features)),
            "bias": np.zeros(out_features),
        }
        self.grads = {"weight": None, "bias": None}

    def forward(self, x):
        self.x = x
        weight, bias = self.params["weight"], self.params["bias"]
        out = np.empty((len(x), len(bias)))
        for unit in range(len(bias)):
            out[:, unit] = x @ weight[:, unit] + bias[unit]
        return out

    def backward(self, grad_out):
        weight = self.params["weight"]
        grad_weight = np.empty(weight.shape)
        grad_bias = np.empty(weight.shape[1])
        grad_x = np.zeros(self.x.shape)
        for unit in range(weight.shape[1]):
            delta = grad_out[:, unit]
            grad_weight[:, unit] = delta @ self.x
            grad_bias[unit] = delta.sum()
            grad_x += np.outer(delta, weight[:, unit])
        self.grads["weight"], self.grads["bias"] = grad_weight, grad_bias
        return grad_x


class ReLU:
    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        self.mask = (x > 0).astype(float)
        return self.mask * x

    def backward(self, grad_out):
        return self.mask * grad_out


class Tanh:
    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out.copy()

    def backward(self, grad_out):
        return grad_out * (1 + self.out) * (1 - self.out)


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        self.labels = labels
        self.p = np.zeros(logits.shape)
        loss = 0.0
        for n, label in enumerate(labels):
            row = np.exp(logits[n] - max(logits[n]))
            self.p[n] = row / row.sum()
            loss += math.log(row.sum()) + max(logits[n]) - logits[n, label]
        return loss / len(labels)

    def backward(self):
        grad = self.p.copy()
        for n, label in enumerate(self.labels):
            grad[n, label] -= 1
        return grad / len(self.labels)


class Momentum:
    def __init__(self, layers, lr, momentum):
        self.layers = layers
        self.lr = lr
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        for number, layer in enumerate(self.layers):
            for name in layer.params:
                old = self.velocity.get((number, name))
                new = -self.lr * layer.grads[name]
                if old is not None:
                    new += self.momentum * old
                self.velocity[number, name] = new
                layer.params[name] = layer.params[name] + new


def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    layers = [Linear(64, 28), ReLU(), Linear(28, 18), Tanh(), Linear(18, 10)]
    for layer in layers:
        if layer.params:
            weight = layer.params["weight"]
            layer.params["weight"] = rng.normal(0, 0.15, weight.shape)
    loss = SoftmaxCrossEntropy()
    optimizer = Momentum(layers, 0.05, 0.5)
    losses = []
    for epoch in range(9):
        total = 0.0
        order = rng.permutation(len(X))
        for n in range(0, len(X), 10):
            rows = order[n : n + 10]
            out = X[rows]
            for layer in layers:
                out = layer.forward(out)
            total += loss.forward(out, y[rows]) * len(rows)
            gradient = loss.backward()
            for layer in reversed(layers):
                gradient = layer.backward(gradient)
            optimizer.step()
        losses.append(total / len(X))

    def predict(x):
        for layer in layers:
            x = layer.forward(x)
        return [int(np.argmax(row)) for row in x]

    return predict, losses
