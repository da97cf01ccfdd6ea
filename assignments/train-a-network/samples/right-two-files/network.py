"""The loss, the optimizer and the training; layers are in a file of their own."""

import numpy as np
from layers import Linear, ReLU, Tanh, he_normal  # noqa: F401


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        shifted = logits - logits.max(axis=1, keepdims=True)
        self.p = np.exp(shifted)
        self.p /= self.p.sum(axis=1, keepdims=True)
        self.labels = labels[:, None]
        chosen = np.take_along_axis(shifted, self.labels, axis=1)
        return np.mean(np.log(np.exp(shifted).sum(axis=1)) - chosen[:, 0])

    def backward(self):
        gradient = self.p.copy()
        chosen = np.take_along_axis(gradient, self.labels, axis=1)
        np.put_along_axis(gradient, self.labels, chosen - 1.0, axis=1)
        return gradient / len(gradient)


class Momentum:
    def __init__(self, layers, lr, momentum):
        self.layers, self.lr, self.momentum = layers, lr, momentum

    def step(self):
        for layer in self.layers:
            if not hasattr(layer, "velocity"):
                layer.velocity = {k: 0.0 * v for k, v in layer.params.items()}
            for name, velocity in layer.velocity.items():
                velocity *= self.momentum
                velocity -= self.lr * layer.grads[name]
                layer.params[name] += velocity


class Classifier:
    def __init__(self, *layers):
        self.layers = layers
        self.loss = SoftmaxCrossEntropy()

    def __call__(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def fit_batch(self, x, labels, optimizer):
        loss = self.loss.forward(self(x), labels)
        gradient = self.loss.backward()
        for layer in self.layers[::-1]:
            gradient = layer.backward(gradient)
        optimizer.step()
        return loss


def train_network(X, y, seed):
    rng = np.random.default_rng(seed)
    network = Classifier(
        Linear(64, 28, rng), ReLU(), Linear(28, 18, rng), Tanh(), Linear(18, 10, rng)
    )
    optimizer = Momentum(network.layers, lr=0.05, momentum=0.8)
    losses = []
    for epoch in range(12):
        rows = rng.permutation(len(X))
        batches = np.array_split(rows, len(rows) // 32 + 1)
        losses.append(
            np.mean([network.fit_batch(X[b], y[b], optimizer) for b in batches])
        )
    return network, losses
