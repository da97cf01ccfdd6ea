"""RMSProp as students write it."""

import numpy as np


class Textbook:
    """The mean square in a dict; new arrays."""

    eps_place = "outside"

    def __init__(self, layers, lr, decay_rate, eps=0.0):
        self.layers, self.lr, self.lam, self.eps = layers, lr, decay_rate, eps
        self.cache = {}

    def step(self):
        for i, layer in enumerate(self.layers):
            for name, g in layer.grads.items():
                G = self.lam * self.cache.get((i, name), 0.0) + (1 - self.lam) * g**2
                self.cache[i, name] = G
                if self.eps_place == "inside":
                    root = np.sqrt(G + self.eps)
                else:
                    root = np.sqrt(G) + self.eps
                layer.params[name] = layer.params[name] - self.lr * g / root


class Norms:
    """Remembers the root of the mean square; all in place."""

    eps_place = "outside"

    def __init__(self, layers, lr, decay_rate, eps=0.0):
        self.lr, self.eps = lr, eps
        self.old, self.new = decay_rate**0.5, (1 - decay_rate) ** 0.5
        self.places = [(layer, key) for layer in layers for key in layer.params]
        self.roots = [np.zeros_like(layer.params[key]) for layer, key in self.places]

    def step(self):
        for (layer, key), rms in zip(self.places, self.roots, strict=True):
            gradient = layer.grads[key]
            np.hypot(self.old * rms, self.new * gradient, out=rms)
            if self.eps_place == "inside":
                divisor = np.hypot(rms, self.eps**0.5)
            else:
                divisor = rms + self.eps
            layer.params[key] -= gradient / divisor * self.lr


class Entrywise:
    """Loops over the entries and raises to the power -1/2."""

    eps_place = "outside"

    def __init__(self, layers, rate, keep, eps=0.0):
        self.layers, self.rate, self.keep, self.eps = layers, rate, keep, eps
        self.means = [
            {key: [0.0] * value.size for key, value in layer.params.items()}
            for layer in layers
        ]

    def scale(self, mean):
        if self.eps_place == "inside":
            return (mean + self.eps) ** -0.5
        return 1.0 / (mean**0.5 + self.eps)

    def step(self):
        for layer, means in zip(self.layers, self.means, strict=True):
            for key, mean in means.items():
                weight = layer.params[key].copy()
                for at, g in enumerate(layer.grads[key].flat):
                    mean[at] += (1 - self.keep) * (g * g - mean[at])
                    weight.flat[at] -= self.rate * self.scale(mean[at]) * g
                layer.params[key] = weight


def variants(**conventions):
    parts = {"textbook": Textbook, "norms": Norms, "entrywise": Entrywise}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
