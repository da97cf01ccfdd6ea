"""The sigmoid linear unit as students write it."""

from math import exp, log1p

import numpy as np


class Layer:
    """What all layers have."""

    def __init__(self):
        self.params, self.grads = {}, {}


class Product(Layer):
    """x times its sigmoid; the product rule."""

    def forward(self, x):
        self.x, self.s = x, 1 / (1 + np.exp(-x))
        return x * self.s

    def backward(self, grad_out):
        return grad_out * (self.s + self.x * self.s * (1 - self.s))


class Quotient(Layer):
    """A quotient; the slope from the output, as in the paper on swish."""

    def forward(self, x):
        self.below = 1 + np.exp(-x)
        self.out = x / self.below
        return self.out

    def backward(self, grad_out):
        return grad_out * (self.out + (1 - self.out) / self.below)


class ByTanh(Layer):
    """Halves and tanh."""

    def forward(self, x):
        self.half = 0.5 * x
        self.t = np.tanh(self.half)
        return self.half + self.half * self.t

    def backward(self, grad_out):
        change = 0.5 * (1 + self.t) + 0.5 * self.half * (1 - self.t**2)
        return change * grad_out


class TwoSides(Layer):
    """exp(-|x|) only; two gradients are added, one for each factor."""

    def forward(self, x):
        e = np.exp(-np.abs(x))
        self.x = x
        self.gate = np.where(x < 0, e / (1 + e), 1 / (1 + e))
        self.gate_slope = e / ((1 + e) * (1 + e))
        return self.gate * x

    def backward(self, grad_out):
        grad_gate = grad_out * self.x
        grad_x = grad_out * self.gate
        grad_x += grad_gate * self.gate_slope
        return grad_x


class Loops(Layer):
    """Each entry by itself."""

    def forward(self, x):
        self.slope, out = np.empty_like(x), np.empty_like(x)
        for place, v in np.ndenumerate(x):
            s = exp(-log1p(exp(-v))) if v > -700 else 0.0
            out[place] = v * s
            self.slope[place] = s * (1 + v - v * s)
        return out

    def backward(self, grad_out):
        return np.multiply(self.slope, grad_out)


def variants():
    return {
        "product": Product,
        "quotient": Quotient,
        "by_tanh": ByTanh,
        "two_sides": TwoSides,
        "loops": Loops,
    }
