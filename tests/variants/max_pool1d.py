"""Max pooling of sequences as students write it."""

import numpy as np

from tests.variants import max_pool2d


class Image:
    """An image of one column, by the code for images."""

    ragged = "drop"
    ties = "first"

    def __init__(self, kernel, stride, padding):
        self.pool = max_pool2d.Champion([kernel, 1], [stride, 1], [padding, 0])
        self.pool.ragged, self.pool.ties = self.ragged, self.ties

    def forward(self, x):
        return self.pool.forward(x[..., None])[..., 0]

    def backward(self, grad_out):
        return self.pool.backward(grad_out[..., None])[..., 0]


class Sequence:
    """Where windows begin and end in the sequence itself; nothing is padded."""

    ragged = "drop"
    ties = "first"

    def __init__(self, kernel, stride, padding):
        self.kernel, self.stride, self.padding = kernel, stride, padding

    def ranges(self, length):
        found, begin = [], -self.padding
        while begin < length:
            end = begin + self.kernel
            if end > length + self.padding and self.ragged == "drop":
                break
            found.append((max(begin, 0), min(end, length)))
            if end >= length + self.padding:
                break
            begin += self.stride
        return found


class Lists(Sequence):
    """Plain numbers in lists, and Python's own max."""

    def forward(self, x):
        self.x, self.windows = x, self.ranges(x.shape[2])
        return np.array(
            [
                [[max(row[begin:end]) for begin, end in self.windows] for row in rows]
                for rows in x.tolist()
            ]
        )

    def backward(self, grad_out):
        gx = np.zeros(self.x.shape)
        for n, c in np.ndindex(*self.x.shape[:2]):
            row = self.x[n, c].tolist()
            for (begin, end), g in zip(self.windows, grad_out[n, c], strict=True):
                for at, share in self.shares(row, begin, end):
                    gx[n, c, at] += g * share
        return gx

    def shares(self, row, begin, end):
        largest = max(row[begin:end])
        places = [at for at in range(begin, end) if row[at] == largest]
        if self.ties == "first":
            return [(places[0], 1.0)]
        share = 1 / len(places) if self.ties == "split" else 1.0
        return [(at, share) for at in places]


class OneHot(Sequence):
    """All sequences at once; the winners of each window as zeros and ones."""

    def forward(self, x):
        self.shape, self.windows = x.shape, self.ranges(x.shape[2])
        self.shares, outs = [], []
        for begin, end in self.windows:
            window = x[:, :, begin:end]
            outs.append(window.max(axis=2))
            is_largest = (window == outs[-1][..., None]).astype(x.dtype)
            if self.ties == "first":
                is_largest *= np.cumsum(is_largest, axis=2) == 1
            elif self.ties == "split":
                is_largest /= is_largest.sum(axis=2, keepdims=True)
            self.shares.append(is_largest)
        return np.stack(outs, axis=2)

    def backward(self, grad_out):
        gx = np.zeros(self.shape, grad_out.dtype)
        for t, (begin, end) in enumerate(self.windows):
            gx[:, :, begin:end] += self.shares[t] * grad_out[:, :, t, None]
        return gx


def variants(ragged="drop", ties="first", **sizes):
    given = {"ragged": ragged, "ties": ties}
    parts = {"image": Image, "lists": Lists, "one_hot": OneHot}
    return {name: type(name, (part,), given) for name, part in parts.items()}
