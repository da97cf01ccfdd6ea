"""Group normalisation of images as students write it."""

import numpy as np


class Layer:
    """What all of them have."""

    def __init__(self, groups, num_channels, eps):
        self.groups, self.eps = groups, eps
        self.params = {"gamma": np.ones(num_channels)}
        self.params["beta"] = np.zeros(num_channels)
        self.grads = {}

    def spread(self, name):
        """Return a parameter so that it goes with images."""
        return self.params[name][:, np.newaxis, np.newaxis]


class FiveAxes(Layer):
    """The channels split into two axes."""

    def forward(self, x):
        N, C, H, W = x.shape
        self.five = (N, self.groups, C // self.groups, H, W)
        z = x.reshape(self.five)
        mean = z.mean(axis=(2, 3, 4), keepdims=True)
        var = z.var(axis=(2, 3, 4), keepdims=True)
        self.std = np.sqrt(var + self.eps)
        self.x_hat = ((z - mean) / self.std).reshape(x.shape)
        return self.spread("gamma") * self.x_hat + self.spread("beta")

    def backward(self, grad_out):
        self.grads["gamma"] = (grad_out * self.x_hat).sum(axis=(0, 2, 3))
        self.grads["beta"] = grad_out.sum(axis=(0, 2, 3))
        g = (grad_out * self.spread("gamma")).reshape(self.five)
        z_hat = self.x_hat.reshape(self.five)
        level = g.mean(axis=(2, 3, 4), keepdims=True)
        slope = (g * z_hat).mean(axis=(2, 3, 4), keepdims=True)
        return ((g - level - z_hat * slope) / self.std).reshape(grad_out.shape)


class Rows(Layer):
    """One row for each group of each image; the graph step by step."""

    def forward(self, x):
        rows = x.reshape(len(x) * self.groups, -1)
        self.M = rows.shape[1]
        self.centred = rows - rows.sum(axis=1, keepdims=True) / self.M
        var = np.sum(self.centred**2, axis=1, keepdims=True) / self.M
        self.inverse = (var + self.eps) ** -0.5
        self.normal = np.reshape(self.centred * self.inverse, x.shape)
        out = np.einsum("nchw,c->nchw", self.normal, self.params["gamma"])
        return out + self.params["beta"].reshape(1, -1, 1, 1)

    def backward(self, grad_out):
        self.grads["gamma"] = np.einsum("nchw,nchw->c", grad_out, self.normal)
        self.grads["beta"] = np.einsum("nchw->c", grad_out)
        scaled = np.einsum("nchw,c->nchw", grad_out, self.params["gamma"])
        g = scaled.reshape(self.centred.shape)
        grad_inverse = np.sum(g * self.centred, axis=1, keepdims=True)
        grad_var = -0.5 * grad_inverse * self.inverse**3
        grad = g * self.inverse + 2 / self.M * grad_var * self.centred
        grad -= np.sum(grad, axis=1, keepdims=True) / self.M
        return grad.reshape(grad_out.shape)


class Loops(Layer):
    """Image by image and group by group."""

    def slices(self, count, channels):
        size = channels // self.groups
        for n in range(count):
            for first in range(0, channels, size):
                yield n, slice(first, first + size)

    def forward(self, x):
        self.normal, self.roots, out = np.zeros_like(x), {}, np.zeros_like(x)
        for n, part in self.slices(*x.shape[:2]):
            block = x[n, part]
            self.roots[n, part.start] = np.sqrt(np.var(block) + self.eps)
            block = (block - np.mean(block)) / self.roots[n, part.start]
            self.normal[n, part] = block
            out[n, part] = self.spread("gamma")[part] * block
            out[n, part] += self.spread("beta")[part]
        return out

    def backward(self, grad_out):
        grad_x = np.empty_like(grad_out)
        totals = {name: np.zeros(grad_out.shape[1]) for name in ("gamma", "beta")}
        for n, part in self.slices(*grad_out.shape[:2]):
            given, normal = grad_out[n, part], self.normal[n, part]
            for offset, (g, z) in enumerate(zip(given, normal, strict=True)):
                totals["gamma"][part.start + offset] += np.vdot(g, z)
                totals["beta"][part.start + offset] += np.sum(g)
            h = self.spread("gamma")[part] * given
            h = h - np.vdot(h, normal) / h.size * normal - h.mean()
            grad_x[n, part] = h / self.roots[n, part.start]
        self.grads.update(totals)
        return grad_x


class Averages(Layer):
    """Means of channels first, then a matrix that averages those of a group."""

    def averaged(self, images):
        size = images.shape[1] // self.groups
        blocks = np.kron(np.eye(self.groups), np.full((size, size), 1 / size))
        return (images.mean(axis=(2, 3)) @ blocks)[:, :, None, None]

    def forward(self, x):
        mean = self.averaged(x)
        var = self.averaged(x * x) - mean * mean
        self.power = 1 / np.sqrt(var + self.eps)
        self.normal = (x - mean) * self.power
        return self.normal * self.spread("gamma") + self.spread("beta")

    def backward(self, grad_out):
        products = grad_out * self.normal
        self.grads["gamma"] = products.sum(axis=3).sum(axis=2).sum(axis=0)
        self.grads["beta"] = grad_out.sum(axis=3).sum(axis=2).sum(axis=0)
        h = grad_out * self.spread("gamma")
        through_var = self.normal * self.averaged(h * self.normal)
        return self.power * (h - self.averaged(h) - through_var)


def variants(groups=2, eps=0.1):
    # The constructor is given both.
    return {
        "five_axes": FiveAxes,
        "rows": Rows,
        "loops": Loops,
        "averages": Averages,
    }
