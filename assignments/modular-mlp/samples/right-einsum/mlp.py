"""MLP building blocks. All layers share one base class."""

import numpy as np


class Layer:
    def __init__(self, **params):
        self.params = params
        self.grads = {name: np.zeros_like(value) for name, value in params.items()}

    def __call__(self, x):
        return self.forward(x)


class Linear(Layer):
    def __init__(self, in_features, out_features):
        shape = (in_features, out_features)
        weight = np.random.standard_normal(shape) / np.sqrt(in_features)
        super().__init__(weight=weight, bias=np.zeros(out_features))

    def forward(self, x):
        self.x = x
        return np.einsum("nd,dm->nm", x, self.params["weight"]) + self.params["bias"]

    def backward(self, grad_out):
        self.grads["weight"] = np.einsum("nd,nm->dm", self.x, grad_out)
        self.grads["bias"] = np.einsum("nm->m", grad_out)
        return np.einsum("nm,dm->nd", grad_out, self.params["weight"])


class Elementwise(Layer):
    """A function of each entry; subclasses say value and slope."""

    def forward(self, x):
        value = self.value(x)
        self.local = self.slope(x, value)
        return value

    def backward(self, grad_out):
        return np.einsum("nd,nd->nd", grad_out, self.local)


class ReLU(Elementwise):
    value = staticmethod(lambda x: np.clip(x, 0, None))
    slope = staticmethod(lambda x, y: np.heaviside(x, 0))


class Sigmoid(Elementwise):
    # log(1 + exp(-x)) computed by logaddexp, which cannot overflow
    value = staticmethod(lambda x: np.exp(-np.logaddexp(0, -x)))
    slope = staticmethod(lambda x, y: y - y**2)


class Tanh(Elementwise):
    value = staticmethod(np.tanh)
    slope = staticmethod(lambda x, y: 1 - y**2)


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        top = logits.max(axis=1, keepdims=True)
        log_norm = top + np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
        log_p = logits - log_norm
        self.target = np.eye(logits.shape[1])[labels]
        self.p = np.exp(log_p)
        return -np.einsum("nc,nc->", self.target, log_p) / len(labels)

    def backward(self):
        return (self.p - self.target) / len(self.p)


class MeanSquaredError:
    def forward(self, predictions, targets):
        self.error = predictions - targets
        return np.einsum("nk,nk->", self.error, self.error) / self.error.size

    def backward(self):
        return self.error * (2 / self.error.size)


class Optimizer:
    def __init__(self, layers, lr):
        self.lr = lr
        self.slots = [(layer, name) for layer in layers for name in layer.params]

    def step(self):
        for number, (layer, name) in enumerate(self.slots):
            layer.params[name] += self.move(number, layer.grads[name])


class SGD(Optimizer):
    def move(self, number, grad):
        return -self.lr * grad


class Momentum(Optimizer):
    def __init__(self, layers, lr, momentum):
        super().__init__(layers, lr)
        self.momentum = momentum
        self.velocity = [0.0] * len(self.slots)

    def move(self, number, grad):
        self.velocity[number] = self.momentum * self.velocity[number] - self.lr * grad
        return self.velocity[number]


def train(layers, loss, optimizer, X, y, batches):
    def one_step(batch):
        out = X[batch]
        for layer in layers:
            out = layer(out)
        value = loss.forward(out, y[batch])
        grad = loss.backward()
        for layer in layers[::-1]:
            grad = layer.backward(grad)
        optimizer.step()
        return value

    return [one_step(batch) for batch in batches]
