"""Zeros between the entries, or repeated entries, as students write it."""

import numpy as np


class Layer:
    """The factor and the conventions."""

    fill = "zeros"
    dimensions = 1

    def __init__(self, factor):
        self.k = factor


class Assigned(Layer):
    """A larger array that is filled by slices."""

    def slices(self):
        """Yield where the entries go: one place, or k or k * k of them."""
        shifts = self.k if self.fill == "repeat" else 1
        for start in np.ndindex(*[shifts] * self.dimensions):
            yield (..., *(slice(at, None, self.k) for at in start))

    def forward(self, x):
        self.shape = x.shape
        sides = [self.k * side for side in x.shape[2:]]
        if self.fill == "zeros":
            sides = [side - self.k + 1 for side in sides]
        out = np.zeros((*x.shape[:2], *sides), x.dtype)
        for at in self.slices():
            out[at] = x
        return out

    def backward(self, grad_out):
        return sum(grad_out[at] for at in self.slices())


class Repeated(Layer):
    """Repeat; where zeros are wanted, a mask over the copies and a cut."""

    def forward(self, x):
        out = x
        for axis in range(2, x.ndim):
            out = np.repeat(out, self.k, axis=axis)
            if self.fill == "zeros":
                place = np.arange(out.shape[axis])
                shown = (place % self.k == 0).reshape(-1, *[1] * (out.ndim - axis - 1))
                out = np.delete(out * shown, place[-1] - np.arange(self.k - 1), axis)
        return out

    def backward(self, grad_out):
        g = grad_out
        for axis in range(2, g.ndim):
            if self.fill == "zeros":
                g = np.take(g, range(0, g.shape[axis], self.k), axis=axis)
            else:
                g = np.add.reduceat(g, range(0, g.shape[axis], self.k), axis=axis)
        return g


class Kronecker(Layer):
    """A product with a small pattern, and sums over axes of their own."""

    def forward(self, x):
        self.shape = x.shape
        pattern = np.ones([self.k] * self.dimensions, x.dtype)
        if self.fill == "zeros":
            pattern[:] = 0
            pattern[(0,) * self.dimensions] = 1
        out = np.array([[np.kron(image, pattern) for image in images] for images in x])
        if self.fill == "zeros" and self.k > 1:
            cut = slice(1 - self.k)
            out = out[(..., *[cut] * self.dimensions)]
        return out

    def backward(self, grad_out):
        N, C, *sides = self.shape
        if self.fill == "zeros":
            ends = [(0, self.k - 1)] * self.dimensions
            grad_out = np.pad(grad_out, [(0, 0), (0, 0), *ends])
        split = [length for side in sides for length in (side, self.k)]
        parts = grad_out.reshape(N, C, *split)
        if self.fill == "zeros":
            return parts[..., 0] if len(sides) == 1 else parts[:, :, :, 0, :, 0]
        return parts.sum(axis=tuple(range(3, parts.ndim, 2)))


def variants(factor=3, **conventions):
    parts = {"assigned": Assigned, "repeated": Repeated, "kronecker": Kronecker}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
