"""Max pooling of images as students write it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Windows:
    """Sizes, a border that never wins, and how many windows there are."""

    ragged = "drop"
    ties = "first"

    def __init__(self, kernel, stride, padding):
        sizes = [np.broadcast_to(size, 2) for size in (kernel, stride, padding)]
        self.kernel, self.stride, self.padding = (tuple(map(int, s)) for s in sizes)

    def count(self, length, axis):
        k, s, p = self.kernel[axis], self.stride[axis], self.padding[axis]
        whole, rest = divmod(length + 2 * p - k, s)
        # One more is begun by what is left over, if it begins in the image.
        begins = rest > 0 and (whole + 1) * s < length + p
        return whole + 1 + int(self.ragged == "keep" and begins)

    def bordered(self, x):
        self.shape = x.shape
        self.counts = [self.count(x.shape[2 + axis], axis) for axis in (0, 1)]
        sides = [(0, 0), (0, 0)]
        for axis, n in enumerate(self.counts):
            p, length = self.padding[axis], x.shape[2 + axis]
            needed = (n - 1) * self.stride[axis] + self.kernel[axis]
            sides.append((p, max(p, needed - length - p)))
        return np.pad(x, sides, constant_values=-np.inf)

    def image(self, bordered):
        (top, left), (_, _, H, W) = self.padding, self.shape
        return bordered[:, :, top : top + H, left : left + W]


class Loops(Windows):
    """One window after the other."""

    def places(self):
        (kh, kw), (sh, sw) = self.kernel, self.stride
        for n, c, i, j in np.ndindex(*self.shape[:2], *self.counts):
            rows = slice(i * sh, i * sh + kh)
            yield (n, c, i, j), (n, c, rows, slice(j * sw, j * sw + kw))

    def forward(self, x):
        self.x = self.bordered(x)
        out = np.empty((*x.shape[:2], *self.counts))
        for at, window in self.places():
            out[at] = self.x[window].max()
        return out

    def backward(self, grad_out):
        gx = np.zeros(self.x.shape)
        for at, window in self.places():
            seen = self.x[window]
            if self.ties == "first":
                i, j = np.unravel_index(np.argmax(seen), seen.shape)
                gx[window][i, j] += grad_out[at]
                continue
            mask = seen == seen.max()
            share = mask.sum() if self.ties == "split" else 1
            gx[window] += mask * (grad_out[at] / share)
        return self.image(gx)


class Champion(Windows):
    """All windows at once; entry after entry challenges the largest so far."""

    def slices(self):
        (sh, sw), (oh, ow) = self.stride, self.counts
        for number, (a, b) in enumerate(np.ndindex(*self.kernel)):
            rows = slice(a, a + sh * (oh - 1) + 1, sh)
            yield number, np.s_[:, :, rows, b : b + sw * (ow - 1) + 1 : sw]

    def forward(self, x):
        self.x = self.bordered(x)
        best = np.full((*x.shape[:2], *self.counts), -np.inf, dtype=x.dtype)
        self.winner = np.zeros(best.shape, dtype=int)
        for number, at in self.slices():
            better = self.x[at] > best
            best = np.where(better, self.x[at], best)
            self.winner[better] = number
        self.best = best
        return best

    def backward(self, grad_out):
        gx = np.zeros_like(self.x)
        if self.ties == "first":
            for number, at in self.slices():
                gx[at] += grad_out * (self.winner == number)
            return self.image(gx)
        ties = sum(self.x[at] == self.best for _, at in self.slices())
        each = grad_out if self.ties == "all" else grad_out / ties
        for _, at in self.slices():
            gx[at] += np.where(self.x[at] == self.best, each, 0)
        return self.image(gx)


class Views(Windows):
    """Windows as rows of a view, and the places they came from as another one."""

    def windows(self, images):
        sh, sw = self.stride
        view = sliding_window_view(images, self.kernel, axis=(-2, -1))
        view = view[..., ::sh, ::sw, :, :][
            ..., : self.counts[0], : self.counts[1], :, :
        ]
        return view.reshape(*view.shape[:-2], -1)

    def forward(self, x):
        bordered = self.bordered(x)
        self.sides = bordered.shape[2:]
        rows = self.windows(bordered)
        self.first = rows.argmax(axis=-1)
        out = np.take_along_axis(rows, self.first[..., None], axis=-1)
        self.largest = (rows == out).astype(x.dtype)
        return out[..., 0]

    def backward(self, grad_out):
        weights = self.largest
        if self.ties == "first":
            weights = np.eye(weights.shape[-1])[self.first]
        elif self.ties == "split":
            weights = weights / weights.sum(axis=-1, keepdims=True)
        shares = grad_out[..., None] * weights
        index = self.windows(np.arange(np.prod(self.sides)).reshape(self.sides))
        flat = np.zeros((*self.shape[:2], np.prod(self.sides)))
        np.add.at(flat, (slice(None), slice(None), index), shares)
        return self.image(flat.reshape(*self.shape[:2], *self.sides))


def variants(ragged="drop", ties="first", **sizes):
    given = {"ragged": ragged, "ties": ties}
    parts = {"loops": Loops, "champion": Champion, "views": Views}
    return {name: type(name, (part,), given) for name, part in parts.items()}
