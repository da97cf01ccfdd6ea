"""A small neural network from parts: the instructor's solution."""

import numpy as np


class Linear:
    """x @ weight + bias."""

    def __init__(self, in_features, out_features):
        scale = np.sqrt(2.0 / in_features)
        rng = np.random.default_rng()
        self.params = {
            "weight": scale * rng.standard_normal((in_features, out_features)),
            "bias": np.zeros(out_features),
        }
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["weight"] + self.params["bias"]

    def backward(self, grad_out):
        # The weight meets all N examples, so the product adds them up.
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


class Sigmoid:
    """1 / (1 + exp(-x)), written so that exp never grows."""

    def __init__(self):
        self.params = {}
        self.grads = {}

    def forward(self, x):
        small = np.exp(-np.abs(x))
        self.out = np.where(x >= 0, 1.0, small) / (1.0 + small)
        return self.out

    def backward(self, grad_out):
        return grad_out * self.out * (1.0 - self.out)


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
        log_sums = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.log_probabilities = shifted - log_sums
        self.labels = labels
        rows = np.arange(len(labels))
        return -self.log_probabilities[rows, labels].mean()

    def backward(self):
        count = len(self.labels)
        gradient = np.exp(self.log_probabilities)
        gradient[np.arange(count), self.labels] -= 1.0
        return gradient / count


class MeanSquaredError:
    """Mean of all squared differences."""

    def forward(self, predictions, targets):
        self.difference = predictions - targets
        return np.mean(self.difference**2)

    def backward(self):
        return 2.0 * self.difference / self.difference.size


class SGD:
    """w = w - lr * g"""

    def __init__(self, layers, lr):
        self.layers = layers
        self.lr = lr

    def step(self):
        for layer in self.layers:
            for name in layer.params:
                layer.params[name] = layer.params[name] - self.lr * layer.grads[name]


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


def train(layers, loss, optimizer, X, y, batches):
    """Take one step for each batch; return the loss before each step."""
    losses = []
    for batch in batches:
        out = X[batch]
        for layer in layers:
            out = layer.forward(out)
        losses.append(loss.forward(out, y[batch]))
        gradient = loss.backward()
        for layer in reversed(layers):
            gradient = layer.backward(gradient)
        optimizer.step()
    return losses
