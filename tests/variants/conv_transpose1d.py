"""Transposed convolution of sequences as students write it."""

import numpy as np


class Filters:
    """Parameters, and where the output begins and ends in the whole."""

    bias = True

    def __init__(
        self, in_channels, out_channels, kernel, stride, padding, output_padding
    ):
        self.kernel, self.stride = kernel, stride
        self.padding, self.output_padding = padding, output_padding
        self.params = {"weight": np.zeros((in_channels, out_channels, kernel))}
        if self.bias:
            self.params["bias"] = np.zeros(out_channels)
        self.grads = {}

    def length(self, x):
        whole = (x.shape[2] - 1) * self.stride + self.kernel
        return whole - 2 * self.padding + self.output_padding


class Loops(Filters):
    """Every product by itself, where its place lies in the output."""

    def terms(self):
        """Yield the place in the input, in the filter and in the output."""
        for i in range(self.x.shape[2]):
            for a in range(self.kernel):
                t = i * self.stride + a - self.padding
                if 0 <= t < self.length(self.x):
                    yield i, a, t

    def forward(self, x):
        self.x, w = x, self.params["weight"]
        out = np.zeros((len(x), w.shape[1], self.length(x)))
        if self.bias:
            out += self.params["bias"][:, None]
        for i, a, t in self.terms():
            out[:, :, t] += x[:, :, i] @ w[:, :, a]
        return out

    def backward(self, grad_out):
        w, gx = self.params["weight"], np.zeros(self.x.shape)
        self.grads = {name: np.zeros(p.shape) for name, p in self.params.items()}
        for i, a, t in self.terms():
            gx[:, :, i] += grad_out[:, :, t] @ w[:, :, a].T
            self.grads["weight"][:, :, a] += self.x[:, :, i].T @ grad_out[:, :, t]
        if self.bias:
            for t in range(grad_out.shape[2]):
                self.grads["bias"] += grad_out[:, :, t].sum(axis=0)
        return gx


class Dense(Filters):
    """The transpose of the matrix of a convolution."""

    def tensor(self, x):
        """Return (L, kernel, length), one where a product adds to an entry."""
        i, a, t = np.indices((x.shape[2], self.kernel, self.length(x)))
        return (t == i * self.stride + a - self.padding).astype(x.dtype)

    def forward(self, x):
        self.x, self.where = x, self.tensor(x)
        self.matrix = np.einsum("cma,iat->cimt", self.params["weight"], self.where)
        out = np.tensordot(x, self.matrix, ((1, 2), (0, 1)))
        return out + self.params["bias"].reshape(1, -1, 1) if self.bias else out

    def backward(self, grad_out):
        gm = np.tensordot(self.x, grad_out, (0, 0))
        self.grads["weight"] = np.einsum("cimt,iat->cma", gm, self.where)
        if self.bias:
            self.grads["bias"] = np.einsum("nmt->m", grad_out)
        return np.tensordot(grad_out, self.matrix, ((1, 2), (2, 3)))


class Library(Filters):
    """NumPy's convolve of a row with zeros in it, and correlate on the way back."""

    def spread(self, row):
        wide = np.zeros((len(row) - 1) * self.stride + 1, row.dtype)
        wide[:: self.stride] = row
        return wide

    def forward(self, x):
        self.x, w = x, self.params["weight"]
        N, C, _ = x.shape
        end = self.padding + self.length(x)
        out = np.zeros((N, w.shape[1], self.length(x)), x.dtype)
        for n, m, c in np.ndindex(N, w.shape[1], C):
            whole = np.convolve(self.spread(x[n, c]), w[c, m])
            whole = np.append(whole, np.zeros(self.output_padding, x.dtype))
            out[n, m] += whole[self.padding : end]
        return out + self.params["bias"][None, :, None] if self.bias else out

    def backward(self, grad_out):
        N, M, length = grad_out.shape
        self.grads = {name: np.zeros_like(p) for name, p in self.params.items()}
        gx, w = np.zeros_like(self.x), self.params["weight"]
        size = (self.x.shape[2] - 1) * self.stride + self.kernel
        for n, m, c in np.ndindex(N, M, len(w)):
            before = np.zeros(self.padding, grad_out.dtype)
            after = np.zeros(max(size - length - self.padding, 0), grad_out.dtype)
            whole = np.concatenate([before, grad_out[n, m], after])[:size]
            gx[n, c] += np.correlate(whole, w[c, m], "valid")[:: self.stride]
            taps = np.correlate(whole, self.spread(self.x[n, c]), "valid")
            self.grads["weight"][c, m] += taps
        if self.bias:
            self.grads["bias"][:] = grad_out.swapaxes(0, 1).reshape(M, -1).sum(axis=1)
        return gx


def variants(bias=True, **sizes):
    parts = {"loops": Loops, "dense": Dense, "library": Library}
    return {name: type(name, (part,), {"bias": bias}) for name, part in parts.items()}
