"""A network that expects pictures."""

import numpy as np


def he_normal(shape, rng=None):
    """Normal numbers with variance 2 / fan-in, for a weight (fan-in, fan-out)."""
    rng = np.random.default_rng() if rng is None else rng
    return rng.normal(0.0, np.sqrt(2.0 / shape[0]), shape)


class Linear:
    """x @ weight + bias."""

    def __init__(self, in_features, out_features):
        self.params = {
            "weight": he_normal((in_features, out_features)),
            "bias": np.zeros(out_features),
        }
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["weight"] + self.params["bias"]

    def backward(self, grad_out):
        self.grads["weight"] = self.x.T @ grad_out
        self.grads["bias"] = grad_out.sum(axis=0)
        return grad_out @ self.params["weight"].T


class ReLU:
    """Positive entries pass, the others become 0."""

    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        self.active = x > 0
        return np.where(self.active, x, 0.0)

    def backward(self, grad_out):
        return np.where(self.active, grad_out, 0.0)


class Tanh:
    """The hyperbolic tangent."""

    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad_out):
        return grad_out * (1.0 - self.out**2)


class SoftmaxCrossEntropy:
    """Mean cross-entropy of softmax(logits) and integer labels."""

    def forward(self, logits, labels):
        shifted = logits - logits.max(axis=1, keepdims=True)
        self.log_probabilities = shifted - np.log(
            np.exp(shifted).sum(axis=1, keepdims=True)
        )
        self.labels = labels
        return -self.log_probabilities[np.arange(len(labels)), labels].mean()

    def backward(self):
        count = len(self.labels)
        gradient = np.exp(self.log_probabilities)
        gradient[np.arange(count), self.labels] -= 1.0
        return gradient / count


class Momentum:
    """v = momentum * v - lr * g;  w = w + v"""

    def __init__(self, layers, lr, momentum):
        self.layers = layers
        self.lr = lr
        self.momentum = momentum
        self.velocity = [
            {name: np.zeros_like(value) for name, value in layer.params.items()}
            for layer in layers
        ]

    def step(self):
        for layer, velocity in zip(self.layers, self.velocity):
            for name in layer.params:
                velocity[name] = (
                    self.momentum * velocity[name] - self.lr * layer.grads[name]
                )
                layer.params[name] = layer.params[name] + velocity[name]


class Network:
    """Layers in a row."""

    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, gradient):
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)

    def predict(self, x):
        return self.forward(x).argmax(axis=1)


def train_network(X, y, seed):
    """Draw weights and batches, train, return the network and the loss per epoch."""
    rng = np.random.default_rng(seed)
    X = X[:, :, :8].reshape(len(X), 64)
    layers = [Linear(64, 28), ReLU(), Linear(28, 18), Tanh(), Linear(18, 10)]
    for layer in layers:
        if layer.params:
            shape = layer.params["weight"].shape
            layer.params["weight"] = he_normal(shape, rng)
    network = Network(layers)
    loss = SoftmaxCrossEntropy()
    optimizer = Momentum(layers, lr=0.05, momentum=0.8)
    losses = []
    for _ in range(8):
        order = rng.permutation(len(X))
        total = 0.0
        for start in range(0, len(X), 32):
            rows = order[start : start + 32]
            total += len(rows) * loss.forward(network.forward(X[rows]), y[rows])
            network.backward(loss.backward())
            optimizer.step()
        losses.append(total / len(X))
    return network, losses
