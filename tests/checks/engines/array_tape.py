"""One list of everything that was computed; the way back reads it from the end."""

import numpy as np

TAPE = []


class Tensor:
    def __init__(self, value):
        self.value = np.asarray(value, dtype=np.float64)
        self.gradient = np.zeros_like(self.value)

    @property
    def data(self):
        return self.value

    def zero_grad(self):
        self.gradient = np.zeros_like(self.value)

    def backward(self, upstream=None):
        found = {self: np.ones(self.value.shape) if upstream is None else upstream}
        made = {out for out, _, _ in TAPE}
        for out, inputs, rule in reversed(TAPE):
            if out not in found:
                continue
            for one, piece in zip(inputs, rule(found[out]), strict=True):
                if isinstance(one, Tensor):
                    found[one] = found.get(one, 0.0) + piece
        for tensor, g in found.items():
            if tensor not in made:
                tensor.gradient = tensor.gradient + g

    def __add__(self, other):
        return stretched(np.add, lambda a, b: (1.0, 1.0), self, other)

    def __radd__(self, other):
        return stretched(np.add, lambda a, b: (1.0, 1.0), other, self)

    def __sub__(self, other):
        return stretched(np.subtract, lambda a, b: (1.0, -1.0), self, other)

    def __rsub__(self, other):
        return stretched(np.subtract, lambda a, b: (1.0, -1.0), other, self)

    def __mul__(self, other):
        return stretched(np.multiply, lambda a, b: (b, a), self, other)

    def __rmul__(self, other):
        return stretched(np.multiply, lambda a, b: (b, a), other, self)

    def __truediv__(self, other):
        return stretched(np.divide, quotient, self, other)

    def __rtruediv__(self, other):
        return stretched(np.divide, quotient, other, self)

    def __pow__(self, k):
        return entrywise(self, self.value**k, k * self.value ** (k - 1))

    def __neg__(self):
        return entrywise(self, -self.value, -1.0)

    def relu(self):
        return entrywise(self, self.value.clip(min=0), np.heaviside(self.value, 0))

    def tanh(self):
        return entrywise(self, np.tanh(self.value), np.cosh(self.value) ** -2)

    def exp(self):
        return entrywise(self, np.exp(self.value), np.exp(self.value))

    def log(self):
        return entrywise(self, np.log(self.value), 1 / self.value)

    def detach(self):
        return Tensor(self.value)

    def __matmul__(self, other):
        a, b = self.value, other.value

        def rule(g):
            left = np.einsum("...ik,...jk->...ij", g, b)
            right = np.einsum("...ij,...ik->...jk", a, g)
            return matched(left, a.shape), matched(right, b.shape)

        return recorded(a @ b, (self, other), rule)

    def __getitem__(self, key):
        # Where every entry came from, counted through the whole array.
        places = np.arange(self.value.size).reshape(self.value.shape)[key]
        return picked(self, places)

    def gather(self, indices, axis):
        places = np.arange(self.value.size).reshape(self.value.shape)
        return picked(self, np.take_along_axis(places, indices, axis))

    def reshape(self, shape):
        return picked(self, np.arange(self.value.size).reshape(shape))

    def transpose(self, axes=None):
        places = np.arange(self.value.size).reshape(self.value.shape)
        return picked(self, np.transpose(places, axes))

    def broadcast_to(self, shape):
        places = np.arange(self.value.size).reshape(self.value.shape)
        return picked(self, np.broadcast_to(places, shape))

    def sum(self, axis=None, keepdims=False):
        return reduced(self, np.sum, axis, keepdims, lambda x, kept: np.ones_like(x))

    def mean(self, axis=None, keepdims=False):
        def share(x, kept):
            return np.full_like(x, kept.size / x.size)

        return reduced(self, np.mean, axis, keepdims, share)

    def max(self, axis=None, keepdims=False):
        return reduced(self, np.max, axis, keepdims, lambda x, kept: 1.0 * (x == kept))


def quotient(a, b):
    return 1 / b, -a / (b * b)


def recorded(value, inputs, rule):
    out = Tensor(value)
    TAPE.append((out, inputs, rule))
    return out


def plain(x):
    return x.value if isinstance(x, Tensor) else np.asarray(x, dtype=np.float64)


def matched(g, shape):
    """Sum until the shape is right, by adding up everything that was one entry."""
    padded = (1,) * (g.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, n in enumerate(padded) if n == 1)
    return g.sum(axis=axes, keepdims=True).reshape(shape)


def stretched(function, slopes, a, b):
    x, y = plain(a), plain(b)

    def rule(g):
        left, right = slopes(x, y)
        return matched(g * left, x.shape), matched(g * right, y.shape)

    return recorded(function(x, y), (a, b), rule)


def entrywise(x, value, slope):
    return recorded(value, (x,), lambda g: (g * slope,))


def picked(x, places):
    def rule(g):
        total = np.bincount(places.ravel(), g.ravel(), minlength=x.value.size)
        return (total.reshape(x.value.shape),)

    return recorded(x.value.ravel()[places], (x,), rule)


def reduced(x, function, axis, keepdims, share):
    kept = function(x.value, axis=axis, keepdims=True)

    def rule(g):
        return (g.reshape(kept.shape) * share(x.value, kept),)

    value = kept if keepdims else function(x.value, axis=axis)
    return recorded(value, (x,), rule)
