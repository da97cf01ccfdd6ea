"""Assignment 3: a modular MLP."""
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(0)


class Linear:
    """Fully connected layer."""

    def __init__(self, n_in, n_out):
        bound = np.sqrt(6 / (n_in + n_out))
        W = rng.uniform(-bound, bound, size=(n_in, n_out))
        self.params = dict(weight=W, bias=np.zeros(n_out))
        self.grads = dict(weight=None, bias=None)

    def forward(self, x):
        self.cache = x
        return x @ self.params["weight"] + self.params["bias"]

    def backward(self, dy):
        x = self.cache
        self.grads["weight"] = x.T @ dy
        self.grads["bias"] = dy.sum(axis=0)
        return dy @ self.params["weight"].T


class ReLU:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


class Sigmoid:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        # the tanh form never overflows
        self.y = 0.5 * (1 + np.tanh(0.5 * x))
        return self.y

    def backward(self, dy):
        return dy * self.y * (1 - self.y)


class Tanh:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        return dy * (1 - self.y * self.y)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        self.p = softmax(logits)
        self.onehot = np.zeros_like(self.p)
        self.onehot[np.arange(len(labels)), labels] = 1
        return -np.log((self.p * self.onehot).sum(axis=1)).mean()

    def backward(self):
        return (self.p - self.onehot) / len(self.p)


class MeanSquaredError:
    def forward(self, pred, target):
        self.r = pred - target
        return float((self.r ** 2).mean())

    def backward(self):
        n, k = self.r.shape
        return 2 / (n * k) * self.r


class SGD:
    def __init__(self, layers, lr):
        self.layers, self.lr = layers, lr

    def step(self):
        for layer in self.layers:
            for key, grad in layer.grads.items():
                layer.params[key] = layer.params[key] - self.lr * grad


class Momentum:
    def __init__(self, layers, lr, momentum):
        self.layers, self.lr, self.mu = layers, lr, momentum
        self.velocity = {}

    def step(self):
        for i, layer in enumerate(self.layers):
            for key, grad in layer.grads.items():
                v = self.velocity.get((i, key), 0.0)
                v = self.mu * v - self.lr * grad
                self.velocity[i, key] = v
                layer.params[key] = layer.params[key] + v


def forward_all(layers, x):
    for layer in layers:
        x = layer.forward(x)
    return x


def backward_all(layers, grad):
    for layer in layers[::-1]:
        grad = layer.backward(grad)


def train(layers, loss, optimizer, X, y, batches):
    history = []
    for idx in batches:
        out = forward_all(layers, X[idx])
        history.append(loss.forward(out, y[idx]))
        backward_all(layers, loss.backward())
        optimizer.step()
    return history


def plot(history):
    plt.plot(history)
    plt.xlabel("step")
    plt.ylabel("loss")
    plt.show()


plot([0.7, 0.4, 0.3])
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
(curve,) = left.plot(np.linspace(-2, 2), np.tanh(np.linspace(-2, 2)))
counts, edges, bars = right.hist(rng.normal(size=100))
left.set_title(f"at most {edges[-1]:.2f}")
