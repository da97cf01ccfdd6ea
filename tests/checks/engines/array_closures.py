"""Arrays with a closure each that adds to the gradients of the operands."""

import numpy as np


def fit(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.array(data, dtype=float)
        self.grad = None
        self.parents = parents
        self.push = None

    def receive(self, g):
        self.grad = g.copy() if self.grad is None else self.grad + g

    def unary(self, data, back):
        out = Tensor(data, (self,))
        out.push = lambda: self.receive(back(out.grad))
        return out

    def binary(self, other, data, left, right):
        other = wrap(other)
        out = Tensor(data(self.data, other.data), (self, other))

        def push():
            self.receive(fit(left(out.grad, other.data), self.data.shape))
            other.receive(fit(right(out.grad, self.data), other.data.shape))

        out.push = push
        return out

    def __add__(self, other):
        return self.binary(other, np.add, lambda g, b: g, lambda g, a: g)

    def __sub__(self, other):
        return self.binary(other, np.subtract, lambda g, b: g, lambda g, a: -g)

    def __mul__(self, other):
        return self.binary(other, np.multiply, lambda g, b: g * b, lambda g, a: g * a)

    def __truediv__(self, other):
        other = wrap(other)
        return self.binary(
            other,
            np.divide,
            lambda g, b: g / b,
            lambda g, a: -g * a / other.data**2,
        )

    def __matmul__(self, other):
        return self.binary(
            other,
            np.matmul,
            lambda g, b: g @ np.swapaxes(b, -1, -2),
            lambda g, a: np.swapaxes(a, -1, -2) @ g,
        )

    def __radd__(self, other):
        return wrap(other) + self

    def __rsub__(self, other):
        return wrap(other) - self

    def __rmul__(self, other):
        return wrap(other) * self

    def __rtruediv__(self, other):
        return wrap(other) / self

    def __neg__(self):
        return self.unary(-self.data, lambda g: -g)

    def __pow__(self, k):
        return self.unary(self.data**k, lambda g: g * k * self.data ** (k - 1))

    def __getitem__(self, key):
        def back(g):
            whole = np.zeros_like(self.data)
            np.add.at(whole, key, g)
            return whole

        return self.unary(self.data[key], back)

    def relu(self):
        return self.unary(np.maximum(self.data, 0), lambda g: g * (self.data > 0))

    def tanh(self):
        t = np.tanh(self.data)
        return self.unary(t, lambda g: g * (1 - t * t))

    def exp(self):
        e = np.exp(self.data)
        return self.unary(e, lambda g: g * e)

    def log(self):
        return self.unary(np.log(self.data), lambda g: g / self.data)

    def sum(self, axis=None, keepdims=False):
        def back(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return np.broadcast_to(g, self.data.shape)

        return self.unary(self.data.sum(axis=axis, keepdims=keepdims), back)

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def max(self, axis=None, keepdims=False):
        top = self.data.max(axis=axis, keepdims=True)

        def back(g):
            return (self.data == top) * np.reshape(g, top.shape)

        return self.unary(self.data.max(axis=axis, keepdims=keepdims), back)

    def reshape(self, shape):
        old = self.data.shape
        return self.unary(self.data.reshape(shape), lambda g: g.reshape(old))

    def transpose(self, axes=None):
        back = None if axes is None else np.argsort(axes)
        return self.unary(self.data.transpose(axes), lambda g: g.transpose(back))

    def broadcast_to(self, shape):
        old = self.data.shape
        return self.unary(np.broadcast_to(self.data, shape), lambda g: fit(g, old))

    def gather(self, indices, axis):
        def back(g):
            whole = np.zeros_like(self.data)
            where = list(np.indices(indices.shape))
            where[axis] = indices
            np.add.at(whole, tuple(where), g)
            return whole

        return self.unary(np.take_along_axis(self.data, indices, axis), back)

    def detach(self):
        return Tensor(self.data)

    def backward(self, upstream=None):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack += [(parent, False) for parent in node.parents]
        for node in order:
            if node.parents:
                node.grad = None
        self.receive(np.ones_like(self.data) if upstream is None else upstream)
        for node in reversed(order):
            if node.parents:
                node.push()


def wrap(value):
    return value if isinstance(value, Tensor) else Tensor(value)
