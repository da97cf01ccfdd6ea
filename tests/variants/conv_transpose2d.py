"""Transposed convolution of images as students write it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Filters:
    """Parameters, and the part of the whole output that is kept."""

    bias = True

    def __init__(
        self, in_channels, out_channels, kernel, stride, padding, output_padding
    ):
        self.kernel, self.stride, self.cut, self.more = (
            tuple(map(int, np.broadcast_to(size, 2)))
            for size in (kernel, stride, padding, output_padding)
        )
        self.params = {"weight": np.zeros((in_channels, out_channels, *self.kernel))}
        if self.bias:
            self.params["bias"] = np.zeros(out_channels)
        self.grads = {}

    def measure(self, x):
        """Return the sides of the whole, with what ``output_padding`` adds."""
        self.x = x
        axes = zip(x.shape[2:], self.stride, self.kernel, self.more, strict=True)
        self.sides = [(length - 1) * s + k + more for length, s, k, more in axes]
        rows, columns = (
            slice(cut, side - cut)
            for cut, side in zip(self.cut, self.sides, strict=True)
        )
        self.kept = (slice(None), slice(None), rows, columns)

    def with_bias(self, whole):
        out = whole[self.kept]
        return out + self.params["bias"][:, None, None] if self.bias else out

    def whole_gradient(self, grad_out):
        if self.bias:
            self.grads["bias"] = grad_out.sum(axis=(0, 2, 3))
        whole = np.zeros((*grad_out.shape[:2], *self.sides), grad_out.dtype)
        whole[self.kept] = grad_out
        return whole


class Stamps(Filters):
    """Each entry of the input puts a stamp of the filter onto the output."""

    def places(self):
        (kh, kw), (sh, sw) = self.kernel, self.stride
        for i, j in np.ndindex(*self.x.shape[2:]):
            rows = slice(i * sh, i * sh + kh)
            yield i, j, np.s_[:, :, rows, j * sw : j * sw + kw]

    def forward(self, x):
        self.measure(x)
        w = self.params["weight"]
        whole = np.zeros((len(x), w.shape[1], *self.sides))
        for i, j, stamp in self.places():
            whole[stamp] += np.tensordot(x[:, :, i, j], w, (1, 0))
        return self.with_bias(whole)

    def backward(self, grad_out):
        whole, w = self.whole_gradient(grad_out), self.params["weight"]
        gx, gw = np.zeros(self.x.shape), np.zeros(w.shape)
        for i, j, stamp in self.places():
            gx[:, :, i, j] = np.tensordot(whole[stamp], w, ((1, 2, 3), (1, 2, 3)))
            gw += np.tensordot(self.x[:, :, i, j], whole[stamp], (0, 0))
        self.grads["weight"] = gw
        return gx


class Spread(Filters):
    """Zeros between the entries, then a convolution with turned filters."""

    def windows(self, images):
        return sliding_window_view(images, self.kernel, axis=(2, 3))

    def forward(self, x):
        self.measure(x)
        (kh, kw), (sh, sw), (mh, mw) = self.kernel, self.stride, self.more
        sides = [
            (length - 1) * s + 1
            for length, s in zip(x.shape[2:], self.stride, strict=True)
        ]
        wide = np.zeros((*x.shape[:2], *sides), x.dtype)
        wide[:, :, ::sh, ::sw] = x
        border = ((0, 0), (0, 0), (kh - 1, kh - 1 + mh), (kw - 1, kw - 1 + mw))
        turned = np.flip(self.params["weight"], axis=(2, 3))
        view = self.windows(np.pad(wide, border))
        return self.with_bias(np.einsum("ncpqab,cmab->nmpq", view, turned))

    def backward(self, grad_out):
        view = self.windows(self.whole_gradient(grad_out))
        (sh, sw), (H, W) = self.stride, self.x.shape[2:]
        view = view[:, :, ::sh, ::sw][:, :, :H, :W]
        self.grads["weight"] = np.einsum("ncij,nmijab->cmab", self.x, view)
        return np.einsum("nmijab,cmab->ncij", view, self.params["weight"])


class Columns(Filters):
    """One product for all stamps, which are added entry by entry of the filter."""

    def slices(self):
        (sh, sw), (H, W) = self.stride, self.x.shape[2:]
        for a, b in np.ndindex(*self.kernel):
            rows = slice(a, a + sh * (H - 1) + 1, sh)
            yield a, b, np.s_[:, :, rows, b : b + sw * (W - 1) + 1 : sw]

    def forward(self, x):
        self.measure(x)
        N, C, H, W = x.shape
        flat = self.params["weight"].reshape(C, -1)
        stamps = flat.T @ x.reshape(N, C, -1)
        stamps = stamps.reshape(N, -1, *self.kernel, H, W)
        whole = np.zeros((N, stamps.shape[1], *self.sides), x.dtype)
        for a, b, at in self.slices():
            whole[at] += stamps[:, :, a, b]
        return self.with_bias(whole)

    def backward(self, grad_out):
        whole = self.whole_gradient(grad_out)
        N, C, H, W = self.x.shape
        stamps = np.stack([whole[at] for _, _, at in self.slices()], axis=2)
        stamps = stamps.reshape(N, -1, H * W)
        gw = sum(x @ s.T for x, s in zip(self.x.reshape(N, C, -1), stamps, strict=True))
        self.grads["weight"] = gw.reshape(self.params["weight"].shape)
        flat = self.params["weight"].reshape(C, -1)
        return (flat @ stamps).reshape(self.x.shape)


def variants(bias=True, **sizes):
    parts = {"stamps": Stamps, "spread": Spread, "columns": Columns}
    return {name: type(name, (part,), {"bias": bias}) for name, part in parts.items()}
