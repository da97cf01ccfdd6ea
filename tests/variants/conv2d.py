"""Convolution of images as students write it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def pair(value):
    return (value, value) if np.ndim(value) == 0 else tuple(value)


class Filters:
    """What a student has in any case: parameters, and a border of zeros."""

    kind = "cross_correlation"
    bias = True

    def __init__(
        self, in_channels, out_channels, kernel, stride, padding, dilation, groups
    ):
        self.kernel, self.stride, self.dilation = map(pair, (kernel, stride, dilation))
        self.groups, self.border = groups, self.sides(padding)
        shape = (out_channels, in_channels // groups, *self.kernel)
        self.params = {"weight": np.zeros(shape)}
        if self.bias:
            self.params["bias"] = np.zeros(out_channels)
        self.grads = {}

    def sides(self, padding):
        if padding != "same":
            return [(p, p) for p in pair(padding)]
        totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel, strict=True)]
        return [(total // 2, total - total // 2) for total in totals]

    def padded(self, x):
        """Pad, and remember how many windows there are."""
        xp = np.pad(x, [(0, 0), (0, 0), *self.border])
        (kh, kw), (dh, dw), (sh, sw) = self.kernel, self.dilation, self.stride
        self.oh = (xp.shape[2] - dh * (kh - 1) - 1) // sh + 1
        self.ow = (xp.shape[3] - dw * (kw - 1) - 1) // sw + 1
        return xp

    def cropped(self, gp):
        (top, _), (left, _) = self.border
        return gp[:, :, top : top + self.shape[2], left : left + self.shape[3]]

    def turned(self, weight):
        return weight[:, :, ::-1, ::-1] if self.kind == "convolution" else weight


class Loops(Filters):
    """Four loops around a sum of products."""

    def window(self, i, j):
        (kh, kw), (dh, dw) = self.kernel, self.dilation
        i, j = i * self.stride[0], j * self.stride[1]
        return np.s_[i : i + dh * (kh - 1) + 1 : dh, j : j + dw * (kw - 1) + 1 : dw]

    def places(self):
        """Yield each entry of the output and what is read for it."""
        N, F = self.shape[0], len(self.params["weight"])
        depth, share = self.params["weight"].shape[1], F // self.groups
        for n, f, i, j in np.ndindex(N, F, self.oh, self.ow):
            first = f // share * depth
            yield (n, f, i, j), (n, slice(first, first + depth), *self.window(i, j))

    def forward(self, x):
        self.shape, self.xp = x.shape, self.padded(x)
        w = self.turned(self.params["weight"])
        out = np.zeros((len(x), len(w), self.oh, self.ow))
        for at, patch in self.places():
            out[at] = np.sum(self.xp[patch] * w[at[1]])
            if self.bias:
                out[at] += self.params["bias"][at[1]]
        return out

    def backward(self, grad_out):
        w = self.turned(self.params["weight"])
        gw, gp = np.zeros(w.shape), np.zeros(self.xp.shape)
        gb = np.zeros(len(w))
        for at, patch in self.places():
            gw[at[1]] += grad_out[at] * self.xp[patch]
            gp[patch] += grad_out[at] * w[at[1]]
            gb[at[1]] += grad_out[at]
        self.grads["weight"] = self.turned(gw)
        if self.bias:
            self.grads["bias"] = gb
        return self.cropped(gp)


class Columns(Filters):
    """Each window a column, by three arrays of indices; one matrix product."""

    def indices(self, channels):
        (kh, kw), (dh, dw), (sh, sw) = self.kernel, self.dilation, self.stride
        k = np.repeat(np.arange(channels), kh * kw)[:, None]
        rows = dh * np.tile(np.repeat(np.arange(kh), kw), channels)
        cols = dw * np.tile(np.arange(kw), kh * channels)
        i = rows[:, None] + sh * np.repeat(np.arange(self.oh), self.ow)
        j = cols[:, None] + sw * np.tile(np.arange(self.ow), self.oh)
        return slice(None), k, i, j

    def matrices(self):
        w = self.turned(self.params["weight"])
        return w.reshape(self.groups, len(w) // self.groups, -1)

    def forward(self, x):
        self.shape = x.shape
        xp = self.padded(x)
        self.padded_shape, self.index = xp.shape, self.indices(x.shape[1])
        cols = xp[self.index]
        self.cols = cols.reshape(len(x), self.groups, -1, cols.shape[-1])
        out = (self.matrices() @ self.cols).reshape(len(x), -1, self.oh, self.ow)
        if self.bias:
            out += self.params["bias"].reshape(1, -1, 1, 1)
        return out

    def backward(self, grad_out):
        m = self.matrices()
        g = grad_out.reshape(len(grad_out), self.groups, m.shape[1], -1)
        gw = (g @ self.cols.transpose(0, 1, 3, 2)).sum(axis=0)
        self.grads["weight"] = self.turned(gw.reshape(self.params["weight"].shape))
        if self.bias:
            self.grads["bias"] = grad_out.sum(axis=(0, 2, 3))
        back = m.transpose(0, 2, 1) @ g
        gp = np.zeros(self.padded_shape, grad_out.dtype)
        np.add.at(gp, self.index, back.reshape(len(g), -1, self.oh * self.ow))
        return self.cropped(gp)


class Shifts(Filters):
    """One strided slice of the whole batch for each entry of the filter."""

    def slices(self):
        (dh, dw), (sh, sw) = self.dilation, self.stride
        for a, b in np.ndindex(*self.kernel):
            i, j = a * dh, b * dw
            rows = slice(i, i + sh * (self.oh - 1) + 1, sh)
            yield a, b, (..., rows, slice(j, j + sw * (self.ow - 1) + 1, sw))

    def grouped(self, images):
        return images.reshape(len(images), self.groups, -1, *images.shape[2:])

    def weights(self):
        w = self.params["weight"]
        return self.turned(w).reshape(self.groups, -1, *w.shape[1:])

    def forward(self, x):
        self.shape = x.shape
        self.images, w = self.grouped(self.padded(x)), self.weights()
        out = sum(
            np.einsum("ngcij,gfc->ngfij", self.images[at], w[..., a, b])
            for a, b, at in self.slices()
        )
        out = out.reshape(len(x), -1, self.oh, self.ow)
        return out + self.params["bias"][:, None, None] if self.bias else out

    def backward(self, grad_out):
        g, w = self.grouped(grad_out), self.weights()
        gw, gp = np.zeros_like(w), np.zeros_like(self.images)
        for a, b, at in self.slices():
            gw[..., a, b] = np.einsum("ngcij,ngfij->gfc", self.images[at], g)
            gp[at] += np.einsum("ngfij,gfc->ngcij", g, w[..., a, b])
        self.grads["weight"] = self.turned(gw.reshape(self.params["weight"].shape))
        if self.bias:
            self.grads["bias"] = np.einsum("nfij->f", grad_out)
        return self.cropped(gp.reshape(len(g), -1, *gp.shape[3:]))


class Views(Filters):
    """Windows as a view; backward is a convolution of a spread-out gradient."""

    def windows(self, images, stride):
        (kh, kw), (dh, dw), (sh, sw) = self.kernel, self.dilation, stride
        shape = (dh * (kh - 1) + 1, dw * (kw - 1) + 1)
        view = sliding_window_view(images, shape, axis=(2, 3))
        return view[:, :, ::sh, ::sw, ::dh, ::dw]

    def products(self, windows, weights):
        parts = np.split(windows, self.groups, axis=1)
        outs = [
            np.tensordot(part, w, ((1, 4, 5), (1, 2, 3)))
            for part, w in zip(parts, weights, strict=True)
        ]
        return np.moveaxis(np.concatenate(outs, axis=-1), -1, 1)

    def forward(self, x):
        self.shape = x.shape
        xp = self.padded(x)
        self.padded_shape = xp.shape
        self.seen = self.windows(xp, self.stride)
        self.w = np.split(self.turned(self.params["weight"]), self.groups)
        out = self.products(self.seen, self.w)
        return out + self.params["bias"].reshape(-1, 1, 1) if self.bias else out

    def backward(self, grad_out):
        seen = np.split(self.seen, self.groups, axis=1)
        gs = np.split(grad_out, self.groups, axis=1)
        both = zip(gs, seen, strict=True)
        gw = [np.tensordot(g, part, ((0, 2, 3), (0, 2, 3))) for g, part in both]
        self.grads["weight"] = self.turned(np.concatenate(gw))
        if self.bias:
            self.grads["bias"] = grad_out.sum((2, 3)).sum(0)
        flipped = [w[..., ::-1, ::-1].swapaxes(0, 1) for w in self.w]
        windows = self.windows(self.spread(grad_out), (1, 1))
        return self.cropped(self.products(windows, flipped))

    def spread(self, grad_out):
        (kh, kw), (dh, dw), (sh, sw) = self.kernel, self.dilation, self.stride
        top, left = dh * (kh - 1), dw * (kw - 1)
        height, width = self.padded_shape[2] + top, self.padded_shape[3] + left
        wide = np.zeros((*grad_out.shape[:2], height, width), grad_out.dtype)
        bottom, right = top + sh * self.oh, left + sw * self.ow
        wide[:, :, top:bottom:sh, left:right:sw] = grad_out
        return wide


def variants(kind="cross_correlation", bias=True, **sizes):
    given = {"kind": kind, "bias": bias}
    parts = {"loops": Loops, "columns": Columns, "shifts": Shifts, "views": Views}
    return {name: type(name, (part,), given) for name, part in parts.items()}
