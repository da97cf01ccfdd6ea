"""A course with examples in columns, one-hot labels and gradients without 1/N."""

HEAD = """
format = 1
slug = "columns"
title = "Columns"
[submission]
entry = "mlp.py"
[[component]]
name = "Dense"
operation = "linear"
construct = ["in_features", "out_features"]
[component.arrays.x]
axes = [1, 0]
[component.arrays.out]
axes = [1, 0]
[component.arrays.weight]
axes = [1, 0]
[component.arrays.bias]
axes = [0, "new"]
[component.scale]
grad_weight = "1/N"
grad_bias = "1/N"
[[component]]
name = "Tanh"
operation = "tanh"
[[component]]
name = "Entropy"
operation = "softmax_cross_entropy"
[component.arrays.logits]
axes = [1, 0]
[component.arrays.labels]
form = "one_hot"
axes = [1, 0]
[component.scale]
grad_logits = "N"
[[component]]
name = "Descent"
operation = "sgd"
construct = ["lr"]
"""

PARTS = """
import numpy as np


class Dense:
    def __init__(self, inputs, outputs):
        self.params = {"weight": np.zeros((outputs, inputs)),
                       "bias": np.zeros((outputs, 1))}
        self.grads = {}

    def forward(self, a):
        self.a = a
        return self.params["weight"] @ a + self.params["bias"]

    def backward(self, dz):
        m = dz.shape[1]
        self.grads = {"weight": dz @ self.a.T / m,
                      "bias": dz.sum(axis=1, keepdims=True) / m}
        return self.params["weight"].T @ dz


class Tanh:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, z):
        self.a = np.tanh(z)
        return self.a

    def backward(self, da):
        return da * (1 - self.a**2)


class Entropy:
    def forward(self, z, y):
        shifted = z - z.max(axis=0)
        logs = shifted - np.log(np.exp(shifted).sum(axis=0))
        self.p, self.y = np.exp(logs), y
        return -(y * logs).sum() / z.shape[1]

    def backward(self):
        return self.p - self.y


class Descent:
    def __init__(self, layers, lr):
        self.layers, self.lr = layers, lr

    def step(self):
        for layer in self.layers:
            for name in layer.params:
                layer.params[name] -= self.lr * layer.grads[name]
"""

LOOP = """
def train(layers, loss, optimizer, X, Y, batches):
    losses = []
    for batch in batches:
        a = X[:, batch]
        for layer in layers:
            a = layer.forward(a)
        losses.append(loss.forward(a, Y[:, batch]))
        d = loss.backward()
        for layer in reversed(layers):
            d = layer.backward(d)
        optimizer.step()
    return losses
"""
