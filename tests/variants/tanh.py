"""The hyperbolic tangent as students write it."""

import math

import numpy as np


class Layer:
    """What all layers have."""

    def __init__(self):
        self.params, self.grads = {}, {}


class Library(Layer):
    """np.tanh and one minus its square."""

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad_out):
        return (1 - self.out**2) * grad_out


class Exponentials(Layer):
    """One exponential that cannot overflow, and the sign."""

    def forward(self, x):
        self.e = np.exp(-2 * np.abs(x))
        return np.sign(x) * (1 - self.e) / (1 + self.e)

    def backward(self, grad_out):
        return grad_out * 4 * self.e / (1 + self.e) ** 2


class BySigmoid(Layer):
    """Two sigmoids minus one; the slope as a product."""

    def forward(self, x):
        self.t = 2 / (1 + np.exp(-2 * x)) - 1
        return self.t

    def backward(self, grad_out):
        return grad_out * (1 - self.t) * (1 + self.t)


class ExpMinusOne(Layer):
    """expm1 keeps the digits near zero; the slope by cosh."""

    def forward(self, x):
        self.x = x
        d = np.expm1(-2 * np.abs(x))
        return np.where(x < 0, d, -d) / (d + 2)

    def backward(self, grad_out):
        return grad_out / np.cosh(self.x) ** 2


class Loops(Layer):
    """math.tanh entry by entry."""

    def forward(self, x):
        self.out = np.empty_like(x)
        for place, value in np.ndenumerate(x):
            self.out[place] = math.tanh(value)
        return self.out

    def backward(self, grad_out):
        grad_x = np.empty_like(grad_out)
        for place, g in np.ndenumerate(grad_out):
            grad_x[place] = g - g * self.out[place] * self.out[place]
        return grad_x


def variants():
    return {
        "library": Library,
        "exponentials": Exponentials,
        "by_sigmoid": BySigmoid,
        "exp_minus_one": ExpMinusOne,
        "loops": Loops,
    }
