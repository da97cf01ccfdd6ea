"""Right student code in several styles, to be broken by single replacements."""

PLAIN = """
import numpy as np


class Linear:
    def __init__(self, in_features, out_features):
        self.params = {
            "weight": np.random.randn(in_features, out_features) * 0.1,
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
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, grad_out):
        return grad_out * (self.x > 0)


class Sigmoid:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.s = 1 / (1 + np.exp(-x))
        return self.s

    def backward(self, grad_out):
        return grad_out * self.s * (1 - self.s)


class Tanh:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.t = np.tanh(x)
        return self.t

    def backward(self, grad_out):
        return grad_out * (1 - self.t**2)


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        e = np.exp(z)
        self.p = e / e.sum(axis=1, keepdims=True)
        self.labels = labels
        return -np.log(self.p[np.arange(len(labels)), labels]).mean()

    def backward(self):
        n = len(self.labels)
        grad = self.p.copy()
        grad[np.arange(n), self.labels] -= 1
        return grad / n


class MeanSquaredError:
    def forward(self, predictions, targets):
        self.difference = predictions - targets
        return np.mean(self.difference**2)

    def backward(self):
        return 2 * self.difference / self.difference.size


class SGD:
    def __init__(self, layers, lr):
        self.layers, self.lr = layers, lr

    def step(self):
        for layer in self.layers:
            for name in layer.params:
                layer.params[name] = layer.params[name] - self.lr * layer.grads[name]


class Momentum:
    def __init__(self, layers, lr, momentum):
        self.layers, self.lr, self.momentum = layers, lr, momentum
        self.v = {}

    def step(self):
        for i, layer in enumerate(self.layers):
            for name in layer.params:
                v = self.v.get((i, name), 0)
                v = self.momentum * v - self.lr * layer.grads[name]
                self.v[i, name] = v
                layer.params[name] = layer.params[name] + v


def train(layers, loss, optimizer, X, y, batches):
    losses = []
    for batch in batches:
        out = X[batch]
        for layer in layers:
            out = layer.forward(out)
        losses.append(loss.forward(out, y[batch]))
        grad = loss.backward()
        for layer in reversed(layers):
            grad = layer.backward(grad)
        optimizer.step()
    return losses
"""

LOOPS = """
from math import exp, log, tanh

import numpy as np


class Linear:
    def __init__(self, rows, columns):
        self.W, self.b = np.ones((rows, columns)), np.ones(columns)
        self.params = {"weight": self.W, "bias": self.b}
        self.grads = {"weight": np.zeros((rows, columns)), "bias": np.zeros(columns)}

    def forward(self, x):
        self.x = x
        out = np.empty((len(x), self.W.shape[1]))
        for n in range(len(x)):
            for m in range(self.W.shape[1]):
                total = self.b[m]
                for d in range(self.W.shape[0]):
                    total += x[n, d] * self.W[d, m]
                out[n, m] = total
        return out

    def backward(self, grad_out):
        self.grads["weight"][:] = 0
        self.grads["bias"][:] = 0
        grad_x = np.zeros_like(self.x)
        for n in range(len(self.x)):
            for m in range(self.W.shape[1]):
                self.grads["bias"][m] += grad_out[n, m]
                for d in range(self.W.shape[0]):
                    self.grads["weight"][d, m] += self.x[n, d] * grad_out[n, m]
                    grad_x[n, d] += grad_out[n, m] * self.W[d, m]
        return grad_x


class Elementwise:
    def __init__(self):
        self.params = self.grads = {}

    def forward(self, x):
        self.x = x
        return np.array([[self.f(v) for v in row] for row in x])

    def backward(self, grad_out):
        slopes = np.array([[self.df(v) for v in row] for row in self.x])
        return slopes * grad_out


class ReLU(Elementwise):
    def f(self, v):
        return v if v > 0 else 0.0

    def df(self, v):
        return 1.0 if v > 0 else 0.0


class Sigmoid(Elementwise):
    def f(self, v):
        return 1 / (1 + exp(-v)) if v > 0 else exp(v) / (1 + exp(v))

    def df(self, v):
        return self.f(v) * (1 - self.f(v))


class Tanh(Elementwise):
    def f(self, v):
        return tanh(v)

    def df(self, v):
        return 1 - tanh(v) ** 2


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        total = 0.0
        self.grad = np.empty(logits.shape)
        for n, row in enumerate(logits):
            top = max(row)
            z = sum(exp(v - top) for v in row)
            total += log(z) - (row[labels[n]] - top)
            self.grad[n] = [exp(v - top) / z for v in row]
            self.grad[n, labels[n]] -= 1
        self.grad /= len(labels)
        return total / len(labels)

    def backward(self):
        return self.grad


class MeanSquaredError:
    def forward(self, predictions, targets):
        self.p, self.t = predictions, targets
        pairs = zip(predictions.ravel(), targets.ravel())
        return sum((a - b) ** 2 for a, b in pairs) / predictions.size

    def backward(self):
        return (self.p - self.t) * (2 / self.p.size)


class SGD:
    def __init__(self, layers, rate):
        self.layers, self.rate = layers, rate

    def step(self):
        for layer in self.layers:
            for key, value in layer.params.items():
                value -= self.rate * layer.grads[key]


class Momentum:
    def __init__(self, layers, rate, mu):
        self.layers, self.rate, self.mu = layers, rate, mu
        self.moved = [
            {k: 0 * v for k, v in layer.params.items()} for layer in layers
        ]

    def step(self):
        for layer, moved in zip(self.layers, self.moved):
            for key, value in layer.params.items():
                moved[key] *= self.mu
                moved[key] += self.rate * layer.grads[key]
                value -= moved[key]


def train(layers, loss, optimizer, X, y, batches):
    curve = np.zeros(len(batches))
    for i, rows in enumerate(batches):
        values = [X[rows]]
        for layer in layers:
            values.append(layer.forward(values[-1]))
        curve[i] = loss.forward(values[-1], y[rows])
        back = loss.backward()
        for layer in layers[::-1]:
            back = layer.backward(back)
        optimizer.step()
    return curve
"""

_SINGLE = (
    (
        "self.x = x\n        return x @",
        "x = self.x = x.astype(np.float32)\n"
        "        for name, value in self.params.items():\n"
        "            self.params[name] = value.astype(np.float32)\n"
        "        return x @",
    ),
    (
        "self.x = x\n        return np.maximum",
        "x = self.x = x.astype(np.float32)\n        return np.maximum",
    ),
    (
        "return grad_out * (self.x > 0)",
        "return (grad_out * (self.x > 0)).astype(np.float32)",
    ),
    ("return self.s\n", "self.s = self.s.astype(np.float32)\n        return self.s\n"),
    ("np.tanh(x)", "np.tanh(x.astype(np.float32))"),
    ("grad_out.sum(axis=0)", "grad_out.astype(np.float32).sum(axis=0)"),
    ("z = logits - ", "logits = logits.astype(np.float32)\n        z = logits - "),
    (
        "self.difference = predictions - targets",
        "self.difference = (predictions - targets).astype(np.float32)",
    ),
    (
        "layer.params[name] - self.lr * layer.grads[name]",
        "(layer.params[name] - self.lr * layer.grads[name]).astype(np.float32)",
    ),
    ("layer.params[name] + v", "(layer.params[name] + v).astype(np.float32)"),
)


def changed(source: str, *changes: tuple[str, str]) -> str:
    """Return the source with each text replaced; each must be there exactly once."""
    for old, new in changes:
        assert source.count(old) == 1, (source.count(old), old)
        source = source.replace(old, new)
    return source


SINGLE = changed(PLAIN, *_SINGLE)
STYLES = {"plain": PLAIN, "loops": LOOPS, "single": SINGLE}
