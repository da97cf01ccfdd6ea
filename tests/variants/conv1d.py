"""Convolution of sequences as students write it."""

import numpy as np

from tests.variants import conv2d


class Filters:
    """Parameters and the zeros at both ends."""

    kind = "cross_correlation"
    bias = True

    def __init__(
        self, in_channels, out_channels, kernel, stride, padding, dilation, groups
    ):
        self.sizes = kernel, stride, dilation
        self.groups, self.reach = groups, dilation * (kernel - 1)
        if padding == "same":
            self.left = self.reach // 2
            self.right = self.reach - self.left
        else:
            self.left = self.right = padding
        shape = (out_channels, in_channels // groups, kernel)
        self.params = {"weight": np.zeros(shape)}
        if self.bias:
            self.params["bias"] = np.zeros(out_channels)
        self.grads = {}

    def padded(self, x):
        self.length = x.shape[2]
        xp = np.pad(x, ((0, 0), (0, 0), (self.left, self.right)))
        self.count = (xp.shape[2] - self.reach - 1) // self.sizes[1] + 1
        return xp

    def cropped(self, gp):
        return gp[:, :, self.left : self.left + self.length]

    def filters(self):
        w = self.params["weight"]
        return w[:, :, ::-1] if self.kind == "convolution" else w

    def keep(self, gw, gb):
        self.grads["weight"] = gw[:, :, ::-1] if self.kind == "convolution" else gw
        if self.bias:
            self.grads["bias"] = gb


class Image(Filters):
    """An image of one row, by the code for images."""

    def __init__(
        self, in_channels, out_channels, kernel, stride, padding, dilation, groups
    ):
        sizes = (in_channels, out_channels, kernel, stride, padding, dilation, groups)
        super().__init__(*sizes)
        sides = padding if padding == "same" else (0, padding)
        flags = {"kind": self.kind, "bias": self.bias}
        self.conv = type("OneRow", (conv2d.Columns,), flags)(
            *sizes[:2], (1, kernel), (1, stride), sides, (1, dilation), groups
        )

    def forward(self, x):
        for name, value in self.params.items():
            self.conv.params[name] = value[:, :, None] if name == "weight" else value
        return self.conv.forward(x[:, :, None])[:, :, 0]

    def backward(self, grad_out):
        gx = self.conv.backward(grad_out[:, :, None])[:, :, 0]
        self.grads = dict(self.conv.grads)
        self.grads["weight"] = self.grads["weight"][:, :, 0]
        return gx


class Steps(Filters):
    """One step of the output after the other, for all examples."""

    def windows(self):
        _, stride, dilation = self.sizes
        for t in range(self.count):
            at = t * stride
            yield t, slice(at, at + self.reach + 1, dilation)

    def blocks(self):
        """Yield the filters and the channels that belong together."""
        F, depth, _ = self.params["weight"].shape
        share = F // self.groups
        for g in range(self.groups):
            yield slice(g * share, (g + 1) * share), slice(g * depth, (g + 1) * depth)

    def forward(self, x):
        self.xp, w = self.padded(x), self.filters()
        out = np.zeros((len(x), len(w), self.count))
        for t, at in self.windows():
            for f, c in self.blocks():
                window = self.xp[:, c, at].reshape(len(x), -1)
                out[:, f, t] = window @ w[f].reshape(len(w[f]), -1).T
        return out + self.params["bias"][None, :, None] if self.bias else out

    def backward(self, grad_out):
        w = self.filters()
        gw, gp = np.zeros(w.shape), np.zeros(self.xp.shape)
        for t, at in self.windows():
            for f, c in self.blocks():
                g = grad_out[:, f, t]
                gw[f] += np.tensordot(g, self.xp[:, c, at], (0, 0))
                gp[:, c, at] += np.tensordot(g, w[f], (1, 0))
        self.keep(gw, grad_out.sum(axis=2).sum(axis=0))
        return self.cropped(gp)


class Library(Filters):
    """NumPy's own convolve and correlate, for one pair of rows at a time."""

    def spread(self, row, step):
        wide = np.zeros((len(row) - 1) * step + 1, row.dtype)
        wide[::step] = row
        return wide

    def pairs(self):
        F, depth, _ = self.params["weight"].shape
        for f, c in np.ndindex(F, depth):
            yield f, c, f // (F // self.groups) * depth + c

    def forward(self, x):
        _, stride, dilation = self.sizes
        self.xp, w = self.padded(x), self.filters()
        out = np.zeros((len(x), len(w), self.count), x.dtype)
        for n in range(len(x)):
            for f, c, channel in self.pairs():
                wide = self.spread(w[f, c], dilation)
                out[n, f] += np.correlate(self.xp[n, channel], wide, "valid")[::stride]
        if self.bias:
            out += np.reshape(self.params["bias"], (-1, 1))
        return out

    def backward(self, grad_out):
        _, stride, dilation = self.sizes
        w = self.filters()
        gw, gp = np.zeros_like(w), np.zeros_like(self.xp)
        for n in range(len(gp)):
            for f, c, channel in self.pairs():
                g = self.spread(grad_out[n, f], stride)
                back = np.convolve(g, self.spread(w[f, c], dilation))
                gp[n, channel, : len(back)] += back
                found = np.correlate(self.xp[n, channel], g, "valid")
                gw[f, c] += found[: self.reach + 1 : dilation]
        self.keep(gw, np.einsum("nft->f", grad_out))
        return self.cropped(gp)


class Dense(Filters):
    """The whole convolution as one matrix, with each weight in many places."""

    def places(self):
        kernel, stride, dilation = self.sizes
        F, depth, _ = self.params["weight"].shape
        f, t, c, a = np.indices((F, self.count, depth, kernel))
        channel = f // (F // self.groups) * depth + c
        return (f, t, channel, stride * t + dilation * a), (f, c, a)

    def forward(self, x):
        self.xp = self.padded(x)
        F = len(self.params["weight"])
        big, small = self.places()
        self.matrix = np.zeros((F, self.count, *self.xp.shape[1:]), x.dtype)
        self.matrix[big] = self.filters()[small]
        flat = self.matrix.reshape(F * self.count, -1)
        out = (self.xp.reshape(len(x), -1) @ flat.T).reshape(len(x), F, -1)
        return out + self.params["bias"][:, None] if self.bias else out

    def backward(self, grad_out):
        N, F, _ = grad_out.shape
        rows = grad_out.reshape(N, -1)
        big, small = self.places()
        gm = (rows.T @ self.xp.reshape(N, -1)).reshape(self.matrix.shape)
        gw = np.zeros_like(self.params["weight"])
        np.add.at(gw, small, gm[big])
        self.keep(gw, np.ones(N, rows.dtype) @ grad_out.sum(axis=-1))
        gp = rows @ self.matrix.reshape(F * self.count, -1)
        return self.cropped(gp.reshape(self.xp.shape))


def variants(kind="cross_correlation", bias=True, **sizes):
    given = {"kind": kind, "bias": bias}
    parts = {"image": Image, "steps": Steps, "library": Library, "dense": Dense}
    return {name: type(name, (part,), given) for name, part in parts.items()}
