"""A scalar engine that carries a gradient along every path to the leaves."""

import math


class Value:
    def __init__(self, data, edges=()):
        self.data = float(data)
        self.grad = 0.0
        # Pairs of an operand and the derivative for it.
        self.edges = tuple(edges)

    def __repr__(self):
        return f"Value({self.data})"

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = as_value(other)
        return Value(
            self.data * other.data, [(self, other.data), (other, self.data)]
        )

    def __pow__(self, exponent):
        slope = exponent * self.data ** (exponent - 1)
        return Value(self.data**exponent, [(self, slope)])

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -as_value(other)

    def __rsub__(self, other):
        return as_value(other) + -self

    def __truediv__(self, other):
        return self * as_value(other) ** -1

    def __rtruediv__(self, other):
        return as_value(other) * self**-1

    __radd__ = __add__
    __rmul__ = __mul__

    def relu(self):
        return Value(max(self.data, 0.0), [(self, 1.0 if self.data > 0 else 0.0)])

    def tanh(self):
        value = math.tanh(self.data)
        return Value(value, [(self, 1.0 - value**2)])

    def exp(self):
        value = math.exp(self.data)
        return Value(value, [(self, value)])

    def log(self):
        return Value(math.log(self.data), [(self, 1.0 / self.data)])

    def backward(self):
        self.add_to_leaves(1.0)

    def add_to_leaves(self, gradient):
        if not self.edges:
            self.grad += gradient
        for operand, slope in self.edges:
            operand.add_to_leaves(gradient * slope)


def as_value(number):
    return number if isinstance(number, Value) else Value(number)
