"""Layer normalisation of rows as students write it."""

import math

import numpy as np


class Layer:
    """What all of them have."""

    def __init__(self, num_features, eps):
        self.eps = eps
        self.params = {"gamma": np.ones(num_features), "beta": np.zeros(num_features)}
        self.grads = {}


class LastAxis(Layer):
    """Moments along the last axis; the gradient in one formula."""

    def forward(self, x):
        mean, var = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
        self.std = np.sqrt(var + self.eps)
        self.x_hat = (x - mean) / self.std
        return self.params["gamma"] * self.x_hat + self.params["beta"]

    def backward(self, grad_out):
        self.grads["gamma"] = np.sum(grad_out * self.x_hat, axis=0)
        self.grads["beta"] = np.sum(grad_out, axis=0)
        g = grad_out * self.params["gamma"]
        slope = np.mean(g * self.x_hat, axis=-1, keepdims=True)
        return (g - np.mean(g, axis=-1, keepdims=True) - self.x_hat * slope) / self.std


class StepByStep(Layer):
    """The nodes of the graph one after the other, and back."""

    def forward(self, x):
        self.D = x.shape[1]
        self.centred = x - (x.sum(axis=1) / self.D)[:, None]
        var = (self.centred * self.centred).sum(axis=1)[:, None] / self.D
        self.root = (var + self.eps) ** 0.5
        self.inverse = 1.0 / self.root
        self.normal = self.centred * self.inverse
        scaled = self.normal * self.params["gamma"]
        return scaled + self.params["beta"]

    def backward(self, grad_out):
        self.grads["beta"] = grad_out.sum(axis=0)
        self.grads["gamma"] = (grad_out * self.normal).sum(axis=0)
        grad_normal = grad_out * self.params["gamma"]
        grad_inverse = (grad_normal * self.centred).sum(axis=1)[:, None]
        grad_root = -grad_inverse / self.root**2
        grad_var = grad_root / (2 * self.root)
        grad_centred = grad_normal * self.inverse
        grad_centred += grad_var * 2 * self.centred / self.D
        grad_mean = -grad_centred.sum(axis=1)[:, None]
        return grad_centred + grad_mean / self.D


class Columns(Layer):
    """x.T, as if it were batch normalisation; the mean of the squares."""

    def forward(self, x):
        z = x.T
        self.size = len(z)
        mean = np.einsum("dn->n", z) / self.size
        var = np.einsum("dn,dn->n", z, z) / self.size - mean**2
        self.scale = 1 / np.sqrt(var + self.eps)
        self.z_hat = (z - mean) * self.scale
        out = np.einsum("d,dn->nd", self.params["gamma"], self.z_hat)
        return out + self.params["beta"]

    def backward(self, grad_out):
        g = grad_out.T
        self.grads["gamma"] = np.einsum("dn,dn->d", g, self.z_hat)
        self.grads["beta"] = np.einsum("dn->d", g)
        g = np.einsum("dn,d->dn", g, self.params["gamma"])
        rest = self.size * g - g.sum(axis=0)
        rest -= self.z_hat * np.einsum("dn,dn->n", g, self.z_hat)
        return (rest * self.scale / self.size).T


class Jacobians(Layer):
    """The Jacobian of each row, times the row of upstream gradients."""

    def forward(self, x):
        self.normals, self.roots = [], []
        for row in x:
            away = row - np.average(row)
            root = np.sqrt(np.dot(away, away) / len(row) + self.eps)
            self.normals.append(away / root)
            self.roots.append(root)
        return self.params["gamma"] * np.array(self.normals) + self.params["beta"]

    def backward(self, grad_out):
        gamma = self.params["gamma"]
        D = len(gamma)
        grad_gamma, rows = np.zeros(D), []
        triples = zip(grad_out, self.normals, self.roots, strict=True)
        for g, normal, root in triples:
            grad_gamma += g * normal
            jacobian = np.identity(D) - (1 + np.outer(normal, normal)) / D
            rows.append(jacobian @ (gamma * g) / root)
        self.grads.update(gamma=grad_gamma, beta=np.ones(len(rows)) @ grad_out)
        return np.stack(rows)


class Lists(Layer):
    """Python's numbers only."""

    def forward(self, x):
        self.kept, out = [], []
        gamma, beta = (self.params[name].tolist() for name in ("gamma", "beta"))
        for row in x.tolist():
            mean = math.fsum(row) / len(row)
            var = math.fsum((v - mean) ** 2 for v in row) / len(row)
            root = math.sqrt(var + self.eps)
            normal = [(v - mean) / root for v in row]
            self.kept.append((normal, root))
            out.append([c * v + b for c, v, b in zip(gamma, normal, beta, strict=True)])
        return np.array(out)

    def backward(self, grad_out):
        gamma = self.params["gamma"].tolist()
        sums = {"gamma": [0.0] * len(gamma), "beta": [0.0] * len(gamma)}
        rows = []
        for given, (normal, root) in zip(grad_out.tolist(), self.kept, strict=True):
            for d, g in enumerate(given):
                sums["gamma"][d] += g * normal[d]
                sums["beta"][d] += g
            h = [c * g for c, g in zip(gamma, given, strict=True)]
            level = math.fsum(h) / len(h)
            tilt = math.fsum(a * b for a, b in zip(h, normal, strict=True)) / len(h)
            pairs = zip(h, normal, strict=True)
            rows.append([(a - level - tilt * z) / root for a, z in pairs])
        self.grads = {name: np.array(value) for name, value in sums.items()}
        return np.array(rows)


def variants(eps=0.1):
    # The constructor is given eps.
    return {
        "last_axis": LastAxis,
        "step_by_step": StepByStep,
        "columns": Columns,
        "jacobians": Jacobians,
        "lists": Lists,
    }
