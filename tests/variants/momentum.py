"""Momentum as students write it."""

import numpy as np


class Textbook:
    """Each form as it is printed."""

    form = "velocity"

    def __init__(self, layers, lr, momentum):
        self.layers, self.lr, self.mu = layers, lr, momentum
        self.state = {}

    def step(self):
        for i, layer in enumerate(self.layers):
            for name, g in layer.grads.items():
                old = self.state.get((i, name), 0.0)
                new, change = getattr(self, self.form)(old, g)
                self.state[i, name] = new
                layer.params[name] = layer.params[name] + change

    def velocity(self, v, g):
        v = self.mu * v - self.lr * g
        return v, v

    def displacement(self, d, g):
        d = self.lr * g + self.mu * d
        return d, -d

    def accumulated(self, v, g):
        v = self.mu * v + g
        return v, -self.lr * v

    def average(self, v, g):
        v = self.mu * v + (1 - self.mu) * g
        return v, -self.lr * v

    def two_term(self, p, g):
        return g.copy(), -self.lr * (self.mu * p + g)


class InPlace:
    """The sum of all gradients, changed in place and multiplied by the rate at last."""

    form = "velocity"

    def __init__(self, layers, lr, momentum):
        self.mu = momentum
        self.gain = lr * (1 - momentum) if self.form == "average" else lr
        self.kept = 0.0 if self.form == "two_term" else momentum
        self.slots = [
            (layer, key, np.zeros_like(value))
            for layer in layers
            for key, value in layer.params.items()
        ]

    def step(self):
        for layer, key, total in self.slots:
            gradient = layer.grads[key]
            if self.form == "two_term":
                layer.params[key] -= self.gain * self.mu * total
                layer.params[key] -= self.gain * gradient
            total *= self.kept
            total += gradient
            if self.form != "two_term":
                layer.params[key] -= self.gain * total


class History:
    """Every gradient so far with its own weight."""

    form = "velocity"

    def __init__(self, layers, rate, mu):
        self.layers, self.rate, self.mu = layers, rate, mu
        self.past = []

    def step(self):
        self.past.insert(0, [dict(layer.grads) for layer in self.layers])
        if self.form == "two_term":
            self.past = self.past[:2]
        scale = self.rate * (1 - self.mu) if self.form == "average" else self.rate
        weights = [scale * self.mu**age for age in range(len(self.past))]
        for number, layer in enumerate(self.layers):
            for key, w in layer.params.items():
                terms = zip(weights, self.past, strict=True)
                step = sum(share * grads[number][key] for share, grads in terms)
                layer.params[key] = w - step


class HeavyBall:
    """Polyak's way: a share of the last change of the weights themselves."""

    form = "velocity"

    def __init__(self, layers, lr, beta):
        self.layers, self.beta = layers, beta
        self.alpha = lr * (1 - beta) if self.form == "average" else lr
        self.before = [dict(layer.params) for layer in layers]
        self.last = [None for _ in layers]

    def step(self):
        for number, layer in enumerate(self.layers):
            now = dict(layer.params)
            for key, w in now.items():
                pull = layer.grads[key]
                carried = w - self.before[number][key]
                if self.form == "two_term":
                    last = self.last[number]
                    carried = 0.0 if last is None else -self.alpha * last[key]
                layer.params[key] = w - self.alpha * pull + self.beta * carried
            self.before[number], self.last[number] = now, dict(layer.grads)


def variants(**conventions):
    parts = {
        "textbook": Textbook,
        "in_place": InPlace,
        "history": History,
        "heavy_ball": HeavyBall,
    }
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
