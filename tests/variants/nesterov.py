"""Nesterov's rule as students write it."""

import numpy as np


class Textbook:
    """Both forms as they are printed, velocities in a dict."""

    form = "rewritten"

    def __init__(self, layers, lr, momentum):
        self.layers, self.lr, self.mu = layers, lr, momentum
        self.v = {}

    def step(self):
        for i, layer in enumerate(self.layers):
            for name, g in layer.grads.items():
                previous = self.v.get((i, name), np.zeros_like(g))
                v = self.mu * previous - self.lr * g
                self.v[i, name] = v
                if self.form == "rewritten":
                    change = -self.mu * previous + (1 + self.mu) * v
                else:
                    change = v
                layer.params[name] = layer.params[name] + change


class Accumulated:
    """The sum of gradients without the rate, in place; one more step ahead."""

    form = "rewritten"

    def __init__(self, layers, lr, mu):
        self.lr, self.mu = lr, mu
        self.layers = list(layers)
        self.totals = [{k: 0 * w for k, w in one.params.items()} for one in layers]

    def step(self):
        for layer, totals in zip(self.layers, self.totals, strict=True):
            for key, total in totals.items():
                total *= self.mu
                total += layer.grads[key]
                ahead = self.form == "rewritten"
                step = layer.grads[key] + self.mu * total if ahead else total
                layer.params[key] -= self.lr * step


class TwoPoints:
    """Keeps the point itself and the point ahead of it."""

    form = "rewritten"

    def __init__(self, layers, rate, beta):
        self.layers, self.rate, self.beta = layers, rate, beta
        self.points = [
            {key: value.copy() for key, value in layer.params.items()}
            for layer in layers
        ]

    def step(self):
        for layer, points in zip(self.layers, self.points, strict=True):
            for key, ahead in layer.params.items():
                if self.form == "rewritten":
                    new = ahead - self.rate * layer.grads[key]
                    layer.params[key] = new + self.beta * (new - points[key])
                    points[key] = new
                else:
                    carried = self.beta * (ahead - points[key])
                    points[key] = ahead
                    layer.params[key] = ahead + carried - self.rate * layer.grads[key]


def variants(**conventions):
    parts = {"textbook": Textbook, "accumulated": Accumulated, "two_points": TwoPoints}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
