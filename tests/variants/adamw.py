"""AdamW as students write it."""

import math

import numpy as np


class Textbook:
    """Decay and step from the same old weights, in one line."""

    eps_place = "outside"

    def __init__(self, layers, lr, weight_decay, beta1, beta2, eps=0.0):
        self.layers, self.lr, self.decay = layers, lr, weight_decay
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.t = 0
        self.m = [dict.fromkeys(layer.params, 0.0) for layer in layers]
        self.v = [dict.fromkeys(layer.params, 0.0) for layer in layers]

    def step(self):
        self.t += 1
        for layer, m, v in zip(self.layers, self.m, self.v, strict=True):
            for k, g in layer.grads.items():
                m[k] = self.beta1 * m[k] + (1 - self.beta1) * g
                v[k] = self.beta2 * v[k] + (1 - self.beta2) * g * g
                M = m[k] / (1 - self.beta1**self.t)
                V = v[k] / (1 - self.beta2**self.t)
                inside = self.eps_place == "inside"
                below = np.sqrt(V + self.eps) if inside else np.sqrt(V) + self.eps
                w = layer.params[k]
                layer.params[k] = w - self.lr * self.decay * w - self.lr * M / below


class Shrinking:
    """Shrinks the weights in place first, then takes the step of Adam."""

    eps_place = "outside"

    def __init__(self, layers, lr, wd, b1, b2, eps=0.0):
        self.lr, self.wd, self.b1, self.b2, self.eps = lr, wd, b1, b2, eps
        self.parts = [(layer, key) for layer in layers for key in layer.params]
        self.moments = {}
        self.corrections = [1.0, 1.0]

    def step(self):
        self.corrections[0] *= self.b1
        self.corrections[1] *= self.b2
        c1, c2 = (1 - c for c in self.corrections)
        for number, (layer, key) in enumerate(self.parts):
            gradient = layer.grads[key]
            zero = np.zeros_like(gradient)
            mean, square = self.moments.setdefault(number, (zero, zero.copy()))
            mean += (1 - self.b1) * (gradient - mean)
            square += (1 - self.b2) * (gradient**2 - square)
            weight = layer.params[key]
            weight *= 1 - self.lr * self.wd
            if self.eps_place == "inside":
                weight -= self.lr / c1 * mean / np.sqrt(square / c2 + self.eps)
            else:
                weight -= self.lr / c1 * mean / (np.sqrt(square / c2) + self.eps)


class Entrywise:
    """One entry after the other, in plain Python numbers."""

    eps_place = "outside"

    def __init__(self, layers, lr, weight_decay, beta1, beta2, eps=0.0):
        self.layers = layers
        self.settings = lr, weight_decay, beta1, beta2, eps
        self.memory = {}
        self.count = 0

    def step(self):
        self.count += 1
        for number, layer in enumerate(self.layers):
            for key, array in layer.params.items():
                flat = array.reshape(-1)
                slopes = layer.grads[key].reshape(-1)
                for at in range(flat.size):
                    place = (number, key, at)
                    flat[at] = self.moved(place, float(flat[at]), float(slopes[at]))

    def moved(self, place, w, g):
        lr, decay, beta1, beta2, eps = self.settings
        m, v = self.memory.get(place, (0.0, 0.0))
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        self.memory[place] = m, v
        m /= 1 - beta1**self.count
        v /= 1 - beta2**self.count
        inside = self.eps_place == "inside"
        root = math.sqrt(v + eps) if inside else math.sqrt(v) + eps
        return w - lr * (m / root + decay * w)


def variants(**conventions):
    parts = {"textbook": Textbook, "shrinking": Shrinking, "entrywise": Entrywise}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
