"""A multilayer perceptron in one piece, as students write it."""

import math

import numpy as np


class Cached:
    """Arrays for the whole batch, kept in lists on the way forward."""

    activation, loss, reduction = "relu", "softmax_cross_entropy", "mean"

    def forward(self, x, targets, *parameters):
        self.weights, biases = parameters[::2], parameters[1::2]
        self.inputs, self.sums = [x], []
        for W, b in zip(self.weights, biases, strict=True):
            self.sums.append(self.inputs[-1] @ W + b)
            self.inputs.append(self.phi(self.sums[-1]))
        z, N = self.sums[-1], len(x)
        if self.loss == "mean_squared_error":
            d = z - targets
            share = 1 if self.reduction == "sum" else d.size
            self.delta = 2 * d / share
            return np.sum(d**2) / share
        share = 1 if self.reduction == "sum" else N
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        self.delta = p.copy()
        self.delta[np.arange(N), targets] -= 1
        self.delta /= share
        return -np.sum(np.log(p[np.arange(N), targets])) / share

    def phi(self, z):
        if self.activation == "relu":
            return np.maximum(z, 0)
        return np.tanh(z) if self.activation == "tanh" else 1 / (1 + np.exp(-z))

    def slope(self, z):
        if self.activation == "relu":
            return z > 0
        a = self.phi(z)
        return 1 - a**2 if self.activation == "tanh" else a * (1 - a)

    def backward(self):
        delta, grads = self.delta, []
        for layer in reversed(range(len(self.weights))):
            grads = [self.inputs[layer].T @ delta, delta.sum(axis=0), *grads]
            if layer:
                delta = (delta @ self.weights[layer].T) * self.slope(
                    self.sums[layer - 1]
                )
        return tuple(grads)


class Examples:
    """One example after the other, with column vectors as in the book."""

    activation, loss, reduction = "relu", "softmax_cross_entropy", "mean"

    def forward(self, x, targets, *parameters):
        self.grads = [np.zeros_like(p) for p in parameters]
        total = 0.0
        for row, target in zip(x, targets, strict=True):
            total += self.example(row[:, None], target, parameters)
        entries = np.size(targets) if self.loss == "mean_squared_error" else len(x)
        self.divisor = entries if self.reduction == "mean" else 1
        return total / self.divisor

    def example(self, a, target, parameters):
        before, slopes = [a], []
        last = len(parameters) // 2 - 1
        for layer in range(last + 1):
            W, b = parameters[2 * layer : 2 * layer + 2]
            z = W.T @ a + b[:, None]
            if layer < last:
                a, slope = self.value_and_slope(z)
                before.append(a)
                slopes.append(slope)
        if self.loss == "mean_squared_error":
            delta = 2 * (z - target[:, None])
            value = float(delta.ravel() @ delta.ravel()) / 4
        else:
            top = z.max()
            log_sum = top + math.log(np.exp(z - top).sum())
            value = log_sum - z[target, 0]
            delta = np.exp(z - log_sum)
            delta[target] -= 1
        for layer in range(last, -1, -1):
            self.grads[2 * layer] += np.outer(before[layer], delta)
            self.grads[2 * layer + 1] += delta[:, 0]
            if layer:
                delta = slopes[layer - 1] * (parameters[2 * layer] @ delta)
        return value

    def value_and_slope(self, z):
        if self.activation == "relu":
            return np.where(z > 0, z, 0), np.where(z > 0, 1, 0)
        if self.activation == "tanh":
            return np.tanh(z), 1 / np.cosh(z) ** 2
        e = np.exp(-np.abs(z))
        return np.where(z > 0, 1, e) / (1 + e), e / (1 + e) ** 2

    def backward(self):
        return tuple(grad / self.divisor for grad in self.grads)


class Tape:
    """A list of functions that are run from the end to the beginning."""

    activation, loss, reduction = "relu", "softmax_cross_entropy", "mean"

    def forward(self, x, targets, *parameters):
        self.tape, self.grads = [], [None] * len(parameters)
        out = x
        for at in range(0, len(parameters), 2):
            if at:
                out = self.activated(out)
            out = self.affine(out, parameters[at], parameters[at + 1], at)
        return self.judged(out, targets)

    def affine(self, x, W, b, at):
        def back(g):
            self.grads[at] = np.einsum("ni,nj->ij", x, g)
            self.grads[at + 1] = np.ones(len(g), g.dtype) @ g
            return np.einsum("nj,ij->ni", g, W)

        self.tape.append(back)
        return np.einsum("ni,ij->nj", x, W) + b

    def activated(self, z):
        if self.activation == "relu":
            on = (z > 0).astype(z.dtype)
            self.tape.append(lambda g: g * on)
            return z * on
        if self.activation == "tanh":
            a = 2 / (1 + np.exp(-2 * z)) - 1
            self.tape.append(lambda g: g * (1 - a) * (1 + a))
            return a
        a = 0.5 + 0.5 * np.tanh(0.5 * z)
        self.tape.append(lambda g: g * (a - a * a))
        return a

    def judged(self, z, targets):
        if self.loss == "mean_squared_error":
            d = targets - z
            scale = 1 if self.reduction == "sum" else 1 / z.size
            self.tape.append(lambda _: -2 * scale * d)
            return scale * np.vdot(d, d)
        scale = 1 if self.reduction == "sum" else 1 / len(z)
        shifted = z - z.max(axis=1)[:, None]
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1))[:, None]
        hot = np.eye(z.shape[1])[targets]
        self.tape.append(lambda _: scale * (np.exp(log_p) - hot))
        return -scale * (hot * log_p).sum()

    def backward(self):
        g = None
        for back in reversed(self.tape):
            g = back(g)
        return tuple(self.grads)


def variants(**conventions):
    given = {name: value for name, value in conventions.items() if name != "depth"}
    parts = {"cached": Cached, "examples": Examples, "tape": Tape}
    return {name: type(name, (part,), given) for name, part in parts.items()}
