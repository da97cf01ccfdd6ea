"""A number that remembers how it was computed. Fill in every NotImplementedError."""

import math


class Value:
    """A number in a graph; data is the number, grad the derivative of the output."""

    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        # What else must a value remember, so that it can go back?

    def __add__(self, other):
        raise NotImplementedError("Value.__add__")

    def __mul__(self, other):
        raise NotImplementedError("Value.__mul__")

    def __pow__(self, exponent):
        raise NotImplementedError("Value.__pow__")

    # Subtraction, division, minus, and plain numbers on the left: what is still missing?

    def relu(self):
        """Return max(self, 0)."""
        raise NotImplementedError("Value.relu")

    def tanh(self):
        """Return the hyperbolic tangent; math.tanh computes the number."""
        raise NotImplementedError("Value.tanh")

    def exp(self):
        """Return e to the power of self."""
        raise NotImplementedError("Value.exp")

    def log(self):
        """Return the natural logarithm."""
        raise NotImplementedError("Value.log")

    def backward(self):
        """Add the derivative of this value to the grad of every leaf behind it."""
        raise NotImplementedError("Value.backward")
