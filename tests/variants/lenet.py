"""Two convolutions and two affine layers as students write them."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Network:
    """All parameters in one dict."""

    activation = "tanh"
    pooling = "average"

    def __init__(self, side, channels, classes, maps, hidden):
        first, second = maps
        shapes = {
            "conv1": (first, channels, 3, 3),
            "conv2": (second, first, 3, 3),
            "linear1": (second * (side // 4) ** 2, hidden),
            "linear2": (hidden, classes),
        }
        self.params, self.grads = {}, {}
        for name, shape in shapes.items():
            width = shape[0] if name.startswith("conv") else shape[1]
            self.params[f"{name}_weight"] = np.zeros(shape)
            self.params[f"{name}_bias"] = np.zeros(width)

    def weight_and_bias(self, name):
        return self.params[f"{name}_weight"], self.params[f"{name}_bias"]

    def keep(self, name, gw, gb):
        self.grads[f"{name}_weight"], self.grads[f"{name}_bias"] = gw, gb


class Conv:
    """Windows as rows of a matrix."""

    def __init__(self, net, name):
        self.net, self.name = net, name

    def forward(self, x):
        self.W, b = self.net.weight_and_bias(self.name)
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        view = sliding_window_view(padded, (3, 3), axis=(2, 3))
        N, _, H, W = x.shape
        self.rows = view.transpose(0, 2, 3, 1, 4, 5).reshape(N * H * W, -1)
        out = self.rows @ self.W.reshape(len(self.W), -1).T + b
        return out.reshape(N, H, W, -1).transpose(0, 3, 1, 2)

    def backward(self, g):
        N, F, H, W = g.shape
        rows = g.transpose(0, 2, 3, 1).reshape(-1, F)
        gw = (rows.T @ self.rows).reshape(self.W.shape)
        self.net.keep(self.name, gw, rows.sum(axis=0))
        back = (rows @ self.W.reshape(F, -1)).reshape(N, H, W, -1, 3, 3)
        gp = np.zeros((N, self.W.shape[1], H + 2, W + 2), g.dtype)
        for a, b in np.ndindex(3, 3):
            gp[:, :, a : a + H, b : b + W] += back[..., a, b].transpose(0, 3, 1, 2)
        return gp[:, :, 1:-1, 1:-1]


class Affine:
    """Rows times a matrix; what comes in may still be images."""

    def __init__(self, net, name):
        self.net, self.name = net, name

    def forward(self, x):
        self.shape, self.x = x.shape, x.reshape(len(x), -1)
        self.W, b = self.net.weight_and_bias(self.name)
        return self.x @ self.W + b

    def backward(self, g):
        self.net.keep(self.name, self.x.T @ g, g.sum(axis=0))
        return (g @ self.W.T).reshape(self.shape)


class Activation:
    """Tanh or ReLU."""

    def __init__(self, kind):
        self.kind = kind

    def forward(self, z):
        self.out = np.tanh(z) if self.kind == "tanh" else np.maximum(z, 0)
        return self.out

    def backward(self, g):
        return g * (1 - self.out**2 if self.kind == "tanh" else self.out > 0)


class Pool:
    """Blocks of 2x2 as two axes of their own."""

    def __init__(self, kind):
        self.kind = kind

    def forward(self, x):
        N, C, H, W = x.shape
        self.blocks = x.reshape(N, C, H // 2, 2, W // 2, 2)
        if self.kind == "average":
            return self.blocks.mean(axis=(3, 5))
        self.best = self.blocks.max(axis=(3, 5), keepdims=True)
        return self.best[:, :, :, 0, :, 0]

    def backward(self, g):
        g = g[:, :, :, None, :, None]
        shape = self.blocks.shape
        blocks = g / 4 if self.kind == "average" else g * (self.blocks == self.best)
        return np.broadcast_to(blocks, shape).reshape(
            *shape[:2], 2 * shape[2], 2 * shape[4]
        )


class Layers(Network):
    """A list of layers."""

    def forward(self, x):
        self.layers = [
            Conv(self, "conv1"),
            Activation(self.activation),
            Pool(self.pooling),
            Conv(self, "conv2"),
            Activation(self.activation),
            Pool(self.pooling),
            Affine(self, "linear1"),
            Activation(self.activation),
            Affine(self, "linear2"),
        ]
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad


class Tape(Network):
    """Functions that return what they compute and how to go back."""

    def forward(self, x):
        self.way = []
        for name in ("conv1", "conv2"):
            x = self.note(*self.conv(x, name))
            x = self.note(*self.bend(x))
            x = self.note(*self.pool(x))
        shape = x.shape
        x = self.note(x.reshape(len(x), -1), lambda g: g.reshape(shape))
        x = self.note(*self.affine(x, "linear1"))
        x = self.note(*self.bend(x))
        return self.note(*self.affine(x, "linear2"))

    def note(self, value, back):
        self.way.append(back)
        return value

    def backward(self, grad_out):
        while self.way:
            grad_out = self.way.pop()(grad_out)
        return grad_out

    def conv(self, x, name):
        w, bias = self.weight_and_bias(name)
        N, C, H, W = x.shape
        xp = np.zeros((N, C, H + 2, W + 2), x.dtype)
        xp[:, :, 1:-1, 1:-1] = x
        at = {(a, b): np.s_[:, :, a : a + H, b : b + W] for a, b in np.ndindex(3, 3)}
        out = bias[:, None, None] + sum(
            np.einsum("fc,nchw->nfhw", w[:, :, a, b], xp[s]) for (a, b), s in at.items()
        )

        def back(g):
            gw, gp = np.zeros_like(w), np.zeros_like(xp)
            for (a, b), s in at.items():
                gw[:, :, a, b] = np.einsum("nfhw,nchw->fc", g, xp[s])
                gp[s] += np.einsum("fc,nfhw->nchw", w[:, :, a, b], g)
            self.keep(name, gw, np.einsum("nfhw->f", g))
            return gp[:, :, 1:-1, 1:-1]

        return out, back

    def affine(self, x, name):
        w, b = self.weight_and_bias(name)

        def back(g):
            self.keep(name, np.einsum("ni,nj->ij", x, g), np.einsum("nj->j", g))
            return np.einsum("nj,ij->ni", g, w)

        return np.einsum("ni,ij->nj", x, w) + b, back

    def bend(self, z):
        if self.activation == "relu":
            slope = np.where(z > 0, 1.0, 0.0)
            return z * slope, lambda g: g * slope
        e = np.exp(-2 * np.abs(z))
        slope = 4 * e / (1 + e) ** 2
        return np.sign(z) * (1 - e) / (1 + e), lambda g: slope * g

    def pool(self, x):
        corners = [np.s_[:, :, i::2, j::2] for i, j in np.ndindex(2, 2)]
        parts = np.stack([x[corner] for corner in corners])
        if self.pooling == "average":
            out, shares = parts.sum(axis=0) * 0.25, np.full((4, 1, 1, 1, 1), 0.25)
        else:
            out = parts.max(axis=0)
            shares = np.arange(4).reshape(4, 1, 1, 1, 1) == parts.argmax(axis=0)

        def back(g):
            gx = np.empty_like(x)
            for corner, share in zip(corners, shares, strict=True):
                gx[corner] = g * share
            return gx

        return out, back


class Matrices(Network):
    """One image at a time as a flat vector; each convolution is a large matrix."""

    def forward(self, x):
        self.shape, self.traces = x.shape, []
        return np.stack([self.one(image) for image in x])

    def matrix(self, name, side):
        """Return the matrix, and the place of each weight in it."""
        w, _ = self.weight_and_bias(name)
        f, i, j, c, a, b = np.indices((len(w), side, side, w.shape[1], 3, 3))
        p, q = i + a - 1, j + b - 1
        fits = (p >= 0) & (p < side) & (q >= 0) & (q < side)
        rows = ((f * side + i) * side + j)[fits]
        columns = ((c * side + p) * side + q)[fits]
        big = np.zeros((len(w) * side**2, w.shape[1] * side**2), w.dtype)
        small = (f[fits], c[fits], a[fits], b[fits])
        big[rows, columns] = w[small]
        return big, (rows, columns), small

    def pooled(self, maps):
        """Return a matrix that averages or selects, for these very maps."""
        F, side, _ = maps.shape
        index = np.arange(maps.size).reshape(F, side // 2, 2, side // 2, 2)
        groups = index.transpose(0, 1, 3, 2, 4).reshape(-1, 4)
        P = np.zeros((len(groups), maps.size), maps.dtype)
        for row, group in zip(P, groups, strict=True):
            if self.pooling == "average":
                row[group] = 0.25
            else:
                row[group[np.argmax(maps.ravel()[group])]] = 1
        return P

    def bent(self, z):
        return np.tanh(z) if self.activation == "tanh" else z.clip(min=0)

    def slope(self, z):
        if self.activation == "tanh":
            return 1 - np.tanh(z) ** 2
        return (z > 0).astype(z.dtype)

    def one(self, image):
        side, v, trace = image.shape[1], image.ravel(), []
        for name in ("conv1", "conv2"):
            big, places, small = self.matrix(name, side)
            bias = np.repeat(self.params[f"{name}_bias"], side**2)
            z = big @ v + bias
            P = self.pooled(self.bent(z).reshape(-1, side, side))
            trace.append((name, v, big, places, small, z, P))
            v, side = P @ self.bent(z), side // 2
        W1, b1 = self.weight_and_bias("linear1")
        W2, b2 = self.weight_and_bias("linear2")
        z = W1.T @ v + b1
        self.traces.append((trace, v, z))
        return W2.T @ self.bent(z) + b2

    def backward(self, grad_out):
        self.grads = {name: np.zeros(p.shape) for name, p in self.params.items()}
        pairs = zip(self.traces, grad_out, strict=True)
        return np.stack([self.back(*pair) for pair in pairs]).reshape(self.shape)

    def back(self, recorded, g):
        trace, v, z = recorded
        self.add("linear2", np.outer(self.bent(z), g), g)
        d = self.slope(z) * (self.params["linear2_weight"] @ g)
        self.add("linear1", np.outer(v, d), d)
        d = self.params["linear1_weight"] @ d
        for name, v, big, places, small, z, P in reversed(trace):
            d = self.slope(z) * (P.T @ d)
            gw = np.zeros(self.params[f"{name}_weight"].shape)
            np.add.at(gw, small, np.outer(d, v)[places])
            self.add(name, gw, d.reshape(len(gw), -1).sum(axis=1))
            d = big.T @ d
        return d

    def add(self, name, gw, gb):
        self.grads[f"{name}_weight"] += gw
        self.grads[f"{name}_bias"] += gb


def variants(**conventions):
    parts = {"layers": Layers, "tape": Tape, "matrices": Matrices}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
