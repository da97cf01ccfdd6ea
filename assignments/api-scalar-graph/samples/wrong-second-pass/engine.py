"""Values with a closure each that pushes the gradient to the operands."""

import math
import sys

# The walk below is recursive, and a graph may be deep.
sys.setrecursionlimit(20_000)


class Value:
    def __init__(self, data, children=(), label=""):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.label = label
        self.push = lambda: None

    def unary(self, data, slope, label):
        out = Value(data, (self,), label)

        def push():
            self.grad += slope * out.grad

        out.push = push
        return out

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data / other.data, (self, other), "/")

        def push():
            self.grad += out.grad / other.data
            other.grad -= out.grad * self.data / other.data**2

        out.push = push
        return out

    def __pow__(self, k):
        return self.unary(self.data**k, k * self.data ** (k - 1), f"**{k}")

    def __neg__(self):
        return self.unary(-self.data, -1.0, "neg")

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return Value(other) / self

    def relu(self):
        return self.unary(max(0.0, self.data), float(self.data > 0), "relu")

    def tanh(self):
        t = math.tanh(self.data)
        return self.unary(t, 1 - t * t, "tanh")

    def exp(self):
        e = math.exp(self.data)
        return self.unary(e, e, "exp")

    def log(self):
        return self.unary(math.log(self.data), 1 / self.data, "log")

    def backward(self):
        order = []
        seen = set()

        def visit(node):
            if id(node) in seen:
                return
            seen.add(id(node))
            for child in node.children:
                visit(child)
            order.append(node)

        visit(self)
        self.grad = 1.0
        for node in order[::-1]:
            node.push()
