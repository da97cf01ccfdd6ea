"""Average pooling of images as students write it."""

import numpy as np


class Side:
    """The windows along one side of an image, as ranges that begin in the padding."""

    def __init__(self, length, kernel, stride, padding, ragged):
        self.length, self.kernel, self.padding = length, kernel, padding
        self.starts, at = [], -padding
        while at + kernel <= length + padding:
            self.starts.append(at)
            at += stride
        is_left_over = self.starts[-1] + kernel < length + padding
        if ragged == "keep" and is_left_over and at < length:
            self.starts.append(at)

    def inside(self):
        """Return where each window begins and ends in the image."""
        ends = [min(at + self.kernel, self.length) for at in self.starts]
        return list(zip((max(at, 0) for at in self.starts), ends, strict=True))

    def counts(self, divisor):
        if divisor == "kernel":
            return np.full(len(self.starts), self.kernel)
        if divisor == "unpadded":
            return np.array([end - begin for begin, end in self.inside()])
        last = self.length + self.padding
        return np.array([min(at + self.kernel, last) - at for at in self.starts])


class Averages:
    """Sizes, and the windows once it is known how large an image is."""

    ragged = "drop"
    divisor = "padded"

    def __init__(self, kernel, stride, padding):
        sizes = (np.broadcast_to(size, 2) for size in (kernel, stride, padding))
        self.sizes = list(zip(*sizes, strict=True))

    def measure(self, x):
        self.shape = x.shape
        self.sides = [
            Side(length, *map(int, sizes), self.ragged)
            for length, sizes in zip(x.shape[2:], self.sizes, strict=True)
        ]
        self.counts = np.outer(*(side.counts(self.divisor) for side in self.sides))


class Loops(Averages):
    """The average of one window after the other."""

    def windows(self):
        rows, columns = (side.inside() for side in self.sides)
        for i, (top, bottom) in enumerate(rows):
            for j, (left, right) in enumerate(columns):
                yield i, j, np.s_[:, :, top:bottom, left:right]

    def forward(self, x):
        self.measure(x)
        out = np.zeros((*x.shape[:2], *self.counts.shape))
        for i, j, window in self.windows():
            out[:, :, i, j] = x[window].sum(axis=(2, 3)) / self.counts[i, j]
        return out

    def backward(self, grad_out):
        gx = np.zeros(self.shape)
        for i, j, window in self.windows():
            gx[window] += grad_out[:, :, i : i + 1, j : j + 1] / self.counts[i, j]
        return gx


class Matrices(Averages):
    """A matrix for the rows and one for the columns; backward is their transpose."""

    def forward(self, x):
        self.measure(x)
        self.rows, self.columns = (self.matrix(side, x.dtype) for side in self.sides)
        return np.einsum("ip,ncpq,jq->ncij", self.rows, x, self.columns)

    def matrix(self, side, dtype):
        matrix = np.zeros((len(side.starts), side.length), dtype)
        weights = 1 / side.counts(self.divisor).astype(dtype)
        for row, (begin, end), weight in zip(
            matrix, side.inside(), weights, strict=True
        ):
            row[begin:end] = weight
        return matrix

    def backward(self, grad_out):
        return self.rows.T @ grad_out @ self.columns


class Integral(Averages):
    """Sums of all that lies above and on the left, and differences of four of them."""

    def edges(self):
        begins, ends = zip(
            *(np.transpose(side.inside()) for side in self.sides), strict=True
        )
        return begins, ends

    def forward(self, x):
        self.measure(x)
        total = np.zeros((*x.shape[:2], x.shape[2] + 1, x.shape[3] + 1), x.dtype)
        total[:, :, 1:, 1:] = x.cumsum(axis=2).cumsum(axis=3)
        (top, left), (bottom, right) = self.edges()
        below = total[:, :, bottom][..., right] - total[:, :, bottom][..., left]
        above = total[:, :, top][..., right] - total[:, :, top][..., left]
        return (below - above) / self.counts

    def backward(self, grad_out):
        share = grad_out / self.counts
        (top, left), (bottom, right) = self.edges()
        N, C, H, W = self.shape
        change = np.zeros((N, C, H + 1, W + 1), share.dtype)
        for sign, rows, columns in (
            (1, top, left),
            (-1, top, right),
            (-1, bottom, left),
            (1, bottom, right),
        ):
            at = (slice(None), slice(None), rows[:, None], columns)
            np.add.at(change, at, sign * share)
        return change.cumsum(axis=2).cumsum(axis=3)[:, :, :H, :W]


def variants(ragged="drop", divisor="padded", **sizes):
    given = {"ragged": ragged, "divisor": divisor}
    parts = {"loops": Loops, "matrices": Matrices, "integral": Integral}
    return {name: type(name, (part,), given) for name, part in parts.items()}
