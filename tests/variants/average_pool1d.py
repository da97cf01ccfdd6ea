"""Average pooling of sequences as students write it."""

import math

import numpy as np

from tests.variants import average_pool2d


class Image:
    """An image of one row, by the code for images."""

    ragged = "drop"
    divisor = "padded"

    def __init__(self, kernel, stride, padding):
        self.pool = average_pool2d.Loops((1, kernel), (1, stride), (0, padding))
        self.pool.ragged, self.pool.divisor = self.ragged, self.divisor

    def forward(self, x):
        return self.pool.forward(x[:, :, None])[:, :, 0]

    def backward(self, grad_out):
        return self.pool.backward(grad_out[:, :, None])[:, :, 0]


class Sequence:
    """The number of windows by the formula with a floor or a ceiling."""

    ragged = "drop"
    divisor = "padded"

    def __init__(self, kernel, stride, padding):
        self.kernel, self.stride, self.padding = kernel, stride, padding

    def measure(self, length):
        k, s, p = self.kernel, self.stride, self.padding
        rounded = math.ceil if self.ragged == "keep" else math.floor
        count = rounded((length + 2 * p - k) / s) + 1
        if (count - 1) * s >= length + p:
            count -= 1
        self.length, self.starts = length, s * np.arange(count)
        ends = self.starts + k
        first, last = {
            "padded": (0, length + 2 * p),
            "unpadded": (p, p + length),
            "kernel": (-k, length + 2 * p + k),
        }[self.divisor]
        self.counts = np.minimum(ends, last) - np.maximum(self.starts, first)


class Offsets(Sequence):
    """A strided slice for each entry of a window, on an array with zeros around."""

    def slices(self):
        count, s = len(self.starts), self.stride
        return [
            np.s_[:, :, a : a + (count - 1) * s + 1 : s] for a in range(self.kernel)
        ]

    def forward(self, x):
        self.measure(x.shape[2])
        end = max(0, self.starts[-1] + self.kernel - self.length - self.padding)
        self.wide = np.pad(x, ((0, 0), (0, 0), (self.padding, end)))
        out = np.zeros((*x.shape[:2], len(self.starts)), x.dtype)
        for at in self.slices():
            out += self.wide[at] / self.counts
        return out

    def backward(self, grad_out):
        gx = np.zeros_like(self.wide)
        for at in self.slices():
            gx[at] += grad_out / self.counts
        return gx[:, :, self.padding :][:, :, : self.length]


class Matrix(Sequence):
    """A matrix of ones where an entry lies in a window."""

    def forward(self, x):
        self.measure(x.shape[2])
        after = np.arange(self.length) + self.padding - self.starts[:, None]
        inside = (after >= 0) & (after < self.kernel)
        self.matrix = np.where(inside, 1 / self.counts[:, None], 0)
        return x @ self.matrix.T

    def backward(self, grad_out):
        return grad_out @ self.matrix


class Running(Sequence):
    """Differences of running sums, forward and backward."""

    def forward(self, x):
        self.measure(x.shape[2])
        zero = np.zeros((*x.shape[:2], 1), x.dtype)
        total = np.concatenate([zero, np.cumsum(x, axis=2)], axis=2)
        ends = self.starts + self.kernel
        self.edges = np.clip([self.starts, ends], self.padding, None) - self.padding
        self.edges = np.minimum(self.edges, self.length)
        return (total[..., self.edges[1]] - total[..., self.edges[0]]) / self.counts

    def backward(self, grad_out):
        change = np.zeros((*grad_out.shape[:2], self.length + 1), grad_out.dtype)
        for t, (begin, end) in enumerate(self.edges.T):
            change[..., begin] += grad_out[..., t] / self.counts[t]
            change[..., end] -= grad_out[..., t] / self.counts[t]
        return np.cumsum(change[..., :-1], axis=-1)


def variants(ragged="drop", divisor="padded", **sizes):
    given = {"ragged": ragged, "divisor": divisor}
    parts = {"image": Image, "offsets": Offsets, "matrix": Matrix, "running": Running}
    return {name: type(name, (part,), given) for name, part in parts.items()}
