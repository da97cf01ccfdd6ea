"""The logarithm of a softmax along an axis as students write it."""

from math import exp, fsum, log

import numpy as np


class Layer:
    """What all layers have."""

    def __init__(self, axis):
        self.params, self.grads, self.axis = {}, {}, axis


class Shifted(Layer):
    """Minus the maximum, minus the logarithm of the sum."""

    def forward(self, x):
        z = x - np.max(x, axis=self.axis, keepdims=True)
        self.out = z - np.log(np.exp(z).sum(axis=self.axis, keepdims=True))
        return self.out

    def backward(self, grad_out):
        total = grad_out.sum(axis=self.axis, keepdims=True)
        return grad_out - np.exp(self.out) * total


class LogAddExp(Layer):
    """logaddexp over the axis; the slices are the last axis meanwhile."""

    def forward(self, x):
        z = x.swapaxes(self.axis, -1)
        self.log_p = (z.T - np.logaddexp.reduce(z, axis=-1).T).T
        return self.log_p.swapaxes(self.axis, -1)

    def backward(self, grad_out):
        g = grad_out.swapaxes(self.axis, -1)
        total = np.einsum("...c->...", g)
        g = g - np.einsum("...c,...->...c", np.exp(self.log_p), total)
        return g.swapaxes(self.axis, -1)


class Differences(Layer):
    """out_i = -log(sum_j exp(x_j - x_i)) with all differences at once."""

    def forward(self, x):
        z = np.moveaxis(x, self.axis, -1)
        gaps = z[..., None, :] - z[..., :, None]
        norms = np.logaddexp.reduce(gaps, axis=-1)
        self.p = np.exp(-norms)
        return np.moveaxis(-norms, -1, self.axis)

    def backward(self, grad_out):
        g = np.moveaxis(grad_out, self.axis, -1)
        # Rows of the Jacobian: i == j, minus p_j.
        jacobian = np.eye(g.shape[-1]) - self.p[..., None, :]
        grad_x = (g[..., None, :] @ jacobian)[..., 0, :]
        return np.moveaxis(grad_x, -1, self.axis)


class StepByStep(Layer):
    """Difference, logarithm, sum and exponential, each with its own gradient."""

    def forward(self, x):
        self.count = x.shape[self.axis]
        shifted = x - np.expand_dims(np.amax(x, axis=self.axis), self.axis)
        self.powers = np.exp(shifted)
        self.sums = np.sum(self.powers, self.axis, keepdims=True)
        return shifted - np.repeat(np.log(self.sums), self.count, self.axis)

    def backward(self, grad_out):
        grad_log = -np.sum(grad_out, self.axis, keepdims=True)
        grad_powers = np.repeat(grad_log / self.sums, self.count, self.axis)
        return grad_out + grad_powers * self.powers


class Loops(Layer):
    """One slice after the other, in lists."""

    def forward(self, x):
        self.out = np.apply_along_axis(self.one, self.axis, x)
        return self.out

    def one(self, values):
        values = values.tolist()
        top = max(values)
        norm = top + log(fsum(exp(value - top) for value in values))
        return [value - norm for value in values]

    def backward(self, grad_out):
        def down(slices):
            g, out = np.split(slices, 2)
            total = fsum(g.tolist())
            pairs = zip(g.tolist(), out.tolist(), strict=True)
            return [one - total * exp(log_p) for one, log_p in pairs]

        both = np.concatenate([grad_out, self.out], self.axis)
        return np.apply_along_axis(down, self.axis, both)


def variants(axis=-1, dimensions=2):
    # The constructor is given the axis.
    return {
        "shifted": Shifted,
        "log_add_exp": LogAddExp,
        "differences": Differences,
        "step_by_step": StepByStep,
        "loops": Loops,
    }
