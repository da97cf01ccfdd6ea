"""Adagrad as students write it."""

import numpy as np


class Textbook:
    """The running sum of squares in a dict."""

    eps_place = "outside"

    def __init__(self, layers, lr, eps=0.0):
        self.layers, self.lr, self.eps = layers, lr, eps
        self.S = {}

    def step(self):
        for i, layer in enumerate(self.layers):
            for name in layer.params:
                g = layer.grads[name]
                S = self.S.get((i, name), 0) + g * g
                self.S[i, name] = S
                if self.eps_place == "inside":
                    change = g / np.sqrt(S + self.eps)
                else:
                    change = g / (np.sqrt(S) + self.eps)
                layer.params[name] = layer.params[name] - self.lr * change


class Norms:
    """Remembers the root of the sum, a norm that grows; all in place."""

    eps_place = "outside"

    def __init__(self, layers, lr, eps=0.0):
        self.layers, self.lr = layers, lr
        self.first = np.sqrt(eps) if self.eps_place == "inside" else 0.0
        self.extra = eps if self.eps_place == "outside" else 0.0
        self.norms = [
            {k: np.full_like(v, self.first) for k, v in layer.params.items()}
            for layer in layers
        ]

    def step(self):
        for layer, norms in zip(self.layers, self.norms, strict=True):
            for k, norm in norms.items():
                np.hypot(norm, layer.grads[k], out=norm)
                layer.params[k] -= self.lr * layer.grads[k] / (norm + self.extra)


class History:
    """Keeps every gradient and adds up the squares anew at each step."""

    eps_place = "outside"

    def __init__(self, layers, lr, eps=0.0):
        self.layers = layers
        self.lr = lr
        self.eps = eps
        self.seen = {}

    def divisor(self, total):
        if self.eps_place == "inside":
            return (total + self.eps) ** 0.5
        return self.eps + total**0.5

    def step(self):
        for number, layer in enumerate(self.layers):
            for key, gradient in layer.grads.items():
                seen = self.seen.setdefault((number, key), [])
                seen.append(gradient.copy())
                total = np.sum(np.square(np.stack(seen)), axis=0)
                factor = self.lr / self.divisor(total)
                layer.params[key] = layer.params[key] - factor * gradient


def variants(**conventions):
    parts = {"textbook": Textbook, "norms": Norms, "history": History}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
