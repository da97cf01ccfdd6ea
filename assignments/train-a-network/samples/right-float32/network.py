"""A network that computes in single precision and updates its arrays in place."""

import numpy as np


def he_normal(shape):
    fan_in, _ = shape
    half_width = np.sqrt(3.0) * np.sqrt(2.0 / fan_in)
    # Uniform numbers on [-a, a] have variance a**2 / 3.
    return np.random.uniform(-half_width, half_width, shape).astype(np.float32)


class Linear:
    def __init__(self, in_features, out_features):
        self.params = {
            "weight": he_normal((in_features, out_features)),
            "bias": np.zeros(out_features, dtype=np.float32),
        }
        self.grads = {}

    def forward(self, x):
        self.x = np.asarray(x, dtype=np.float32)
        weight = self.params["weight"].astype(np.float32)
        return self.x @ weight + self.params["bias"].astype(np.float32)

    def backward(self, grad_out):
        grad_out = np.asarray(grad_out, dtype=np.float32)
        self.grads = {"weight": self.x.T @ grad_out, "bias": grad_out.sum(0)}
        return grad_out @ self.params["weight"].astype(np.float32).T


class ReLU:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.x = np.float32(x)
        return np.maximum(self.x, np.float32(0))

    def backward(self, grad_out):
        return np.float32(grad_out) * (self.x > 0)


class Tanh:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.x = np.float32(x)
        return np.tanh(self.x)

    def backward(self, grad_out):
        return np.float32(grad_out) / np.cosh(self.x) ** 2


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        logits = np.float32(logits)
        exponentials = np.exp(logits - logits.max(axis=1)[:, None])
        self.probabilities = exponentials / exponentials.sum(axis=1)[:, None]
        self.one_hot = np.eye(logits.shape[1], dtype=np.float32)[labels]
        chosen = (self.probabilities * self.one_hot).sum(axis=1)
        return float(-np.mean(np.log(chosen)))

    def backward(self):
        return (self.probabilities - self.one_hot) / np.float32(len(self.one_hot))


class Momentum:
    def __init__(self, layers, lr, momentum):
        self.pairs = [(layer, name) for layer in layers for name in layer.params]
        self.lr, self.momentum = lr, momentum
        self.velocity = [np.zeros_like(layer.params[n]) for layer, n in self.pairs]

    def step(self):
        for (layer, name), velocity in zip(self.pairs, self.velocity):
            velocity *= self.momentum
            velocity -= self.lr * layer.grads[name]
            layer.params[name] += velocity


def train_network(X, y, seed):
    np.random.seed(seed)
    layers = [Linear(64, 28), ReLU(), Linear(28, 18), Tanh(), Linear(18, 10)]
    loss, optimizer = SoftmaxCrossEntropy(), Momentum(layers, 0.05, 0.8)

    def scores(x):
        for layer in layers:
            x = layer.forward(x)
        return x

    curve = []
    for epoch in range(8):
        order = np.arange(len(X))
        np.random.shuffle(order)
        values = []
        for rows in np.array_split(order, 31):
            values.append(loss.forward(scores(X[rows]), y[rows]))
            gradient = loss.backward()
            for layer in layers[::-1]:
                gradient = layer.backward(gradient)
            optimizer.step()
        curve.append(np.mean(values))
    return scores, curve
