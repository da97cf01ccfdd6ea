"""Nadam as students write it."""

import numpy as np


class Textbook:
    """The formula from left to right, products of the schedule kept."""

    eps_place = "outside"
    form = "scheduled"

    def __init__(self, layers, lr, beta1, beta2, *rest):
        self.layers, self.lr, self.beta1, self.beta2 = layers, lr, beta1, beta2
        rest = list(rest)
        self.psi = rest.pop(0) if self.form == "scheduled" else 0.0
        self.eps = rest.pop(0) if rest else 0.0
        self.m, self.v = {}, {}
        self.t, self.product = 0, 1.0

    def mu(self, t):
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.psi))

    def step(self):
        self.t += 1
        t = self.t
        self.product *= self.mu(t)
        for i, layer in enumerate(self.layers):
            for name, g in layer.grads.items():
                m = self.beta1 * self.m.get((i, name), 0.0) + (1 - self.beta1) * g
                v = self.beta2 * self.v.get((i, name), 0.0) + (1 - self.beta2) * g**2
                self.m[i, name], self.v[i, name] = m, v
                if self.form == "scheduled":
                    following = self.mu(t + 1)
                    D = following * m / (1 - self.product * following)
                    D = D + (1 - self.mu(t)) * g / (1 - self.product)
                else:
                    D = self.beta1 * m + (1 - self.beta1) * g
                    D = D / (1 - self.beta1**t)
                V = v / (1 - self.beta2**t)
                inside = self.eps_place == "inside"
                root = np.sqrt(V + self.eps) if inside else np.sqrt(V) + self.eps
                layer.params[name] = layer.params[name] - self.lr * D / root


class Coefficients:
    """Two numbers for each step, then one line for each array; all in place."""

    eps_place = "outside"
    form = "scheduled"

    def __init__(self, layers, *settings):
        names = ["lr", "b1", "b2", "psi", "eps"]
        if self.form == "constant":
            names.remove("psi")
        self.eps = 0.0
        vars(self).update(zip(names, settings, strict=False))
        self.count = 0
        self.slots = [
            (layer, key, np.zeros_like(value), np.zeros_like(value))
            for layer in layers
            for key, value in layer.params.items()
        ]

    def coefficients(self):
        """Return what the average and what the gradient is multiplied by."""
        t = self.count
        if self.form == "constant":
            return [self.lr * b / (1 - self.b1**t) for b in (self.b1, 1 - self.b1)]
        steps = range(1, t + 2)
        mus = [self.b1 * (1 - 0.96 ** (k * self.psi) / 2) for k in steps]
        old = self.lr * mus[t] / (1 - float(np.prod(mus)))
        return old, self.lr * (1 - mus[t - 1]) / (1 - float(np.prod(mus[:t])))

    def step(self):
        self.count += 1
        old, new = self.coefficients()
        weight = 1 - self.b2**self.count
        for layer, key, mean, square in self.slots:
            gradient = layer.grads[key]
            mean += (1 - self.b1) * (gradient - mean)
            square += (1 - self.b2) * (gradient * gradient - square)
            below = square / weight
            if self.eps_place == "inside":
                below += self.eps
            below **= 0.5
            if self.eps_place == "outside":
                below += self.eps
            layer.params[key] -= (old * mean + new * gradient) / below


class Flat:
    """All parameters in one long vector."""

    eps_place = "outside"
    form = "scheduled"

    def __init__(self, layers, lr, b1, b2, *others):
        self.layers, self.lr, self.b1, self.b2 = layers, lr, b1, b2
        self.psi = others[0] if self.form == "scheduled" else None
        self.eps = 0.0 if self.eps_place == "none" else others[-1]
        self.first = self.second = self.log_product = 0.0
        self.number = 1

    def speed(self, number):
        shrink = np.exp(number * self.psi * np.log(0.96))
        return float(self.b1 - 0.5 * self.b1 * shrink)

    def direction(self, g):
        if self.form == "constant":
            mixed = self.b1 * self.first + (1 - self.b1) * g
            return mixed / -np.expm1(self.number * np.log(self.b1)).item()
        now, following = self.speed(self.number), self.speed(self.number + 1)
        self.log_product += float(np.log(now))
        here = -float(np.expm1(self.log_product))
        there = -float(np.expm1(self.log_product + np.log(following)))
        return self.first * (following / there) + g * ((1 - now) / here)

    def step(self):
        places = [(layer.params, key) for layer in self.layers for key in layer.params]
        g = np.concatenate(
            [layer.grads[k].ravel() for layer in self.layers for k in layer.params]
        )
        self.first = self.b1 * self.first + g - self.b1 * g
        self.second = self.b2 * self.second + g * g - self.b2 * (g * g)
        V = self.second / -float(np.expm1(self.number * np.log(self.b2)))
        inside = self.eps_place == "inside"
        move = self.direction(g) / (
            np.sqrt(self.eps + V) if inside else self.eps + np.sqrt(V)
        )
        for params, key in places:
            mine, move = np.split(move, [params[key].size])
            params[key] = params[key] - self.lr * mine.reshape(params[key].shape)
        self.number += 1


def variants(**conventions):
    parts = {"textbook": Textbook, "coefficients": Coefficients, "flat": Flat}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
