"""A scalar engine: each value keeps its operands and the slope along each edge."""

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

    def relu(self):
        return Value(max(self.data, 0.0), [(self, 1.0 if self.data > 0 else 0.0)])

    def tanh(self):
        value = math.tanh(self.data)
        return Value(value, [(self, 1.0 - value**2)])

    def exp(self):
        value = math.exp(self.data)
        return Value(value, [(self, value)])

    def backward(self):
        gradients = {self: 1.0}
        for node in reversed(operands_first(self)):
            for operand, slope in node.edges:
                piece = slope * gradients[node]
                gradients[operand] = gradients.get(operand, 0.0) + piece
        for node, gradient in gradients.items():
            if node.edges:
                node.grad = gradient
            else:
                node.grad += gradient


def as_value(number):
    return number if isinstance(number, Value) else Value(number)


def operands_first(output):
    """Return all nodes behind output, each after its operands, without recursion."""
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        node, finished = stack.pop()
        if finished:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((operand, False) for operand, _ in node.edges)
    return order
