"""The logarithm of a sum of exponentials as students write it."""

import math

import numpy as np


class Layer:
    """What all layers have."""

    keepdims = False

    def __init__(self, axis):
        self.axis = axis
        self.params, self.grads = {}, {}


class Shifted(Layer):
    """The maximum comes out of the sum; a softmax back."""

    def forward(self, x):
        top = x.max(axis=self.axis, keepdims=True)
        e = np.exp(x - top)
        total = e.sum(axis=self.axis, keepdims=True)
        self.p = e / total
        out = np.log(total) + top
        return out if self.keepdims else np.squeeze(out, axis=self.axis)

    def backward(self, grad_out):
        if not self.keepdims:
            grad_out = np.expand_dims(grad_out, self.axis)
        return self.p * grad_out


class LogAddExp(Layer):
    """The function that NumPy has for two numbers, over the axis."""

    def forward(self, x):
        self.x = x
        self.out = np.logaddexp.reduce(x, axis=self.axis, keepdims=True)
        if self.keepdims:
            return self.out
        return np.take(self.out, 0, axis=self.axis)

    def backward(self, grad_out):
        shape = self.out.shape
        return np.exp(self.x - self.out) * grad_out.reshape(shape)


class Running(Layer):
    """One entry after the other, with the maximum and the sum so far."""

    def forward(self, x):
        self.entries = np.moveaxis(x, self.axis, 0)
        top, total = self.entries[0], np.ones_like(self.entries[0])
        for entry in self.entries[1:]:
            higher = np.maximum(top, entry)
            total = total * np.exp(top - higher) + np.exp(entry - higher)
            top = higher
        self.out = top + np.log(total)
        return np.expand_dims(self.out, self.axis) if self.keepdims else self.out

    def backward(self, grad_out):
        g = np.moveaxis(grad_out, self.axis, 0)[0] if self.keepdims else grad_out
        shares = [g * np.exp(entry - self.out) for entry in self.entries]
        return np.stack(shares, axis=self.axis)


class StepByStep(Layer):
    """Sum and logarithm with their own gradients, slices in the last axis."""

    def forward(self, x):
        z = np.moveaxis(x, self.axis, -1)
        top = np.sort(z, axis=-1)[..., -1]
        self.powers = np.exp(z - top[..., np.newaxis])
        self.sums = np.einsum("...c->...", self.powers)
        out = top + np.log(self.sums)
        return np.expand_dims(out, self.axis) if self.keepdims else out

    def backward(self, grad_out):
        if self.keepdims:
            grad_out = grad_out.squeeze(self.axis)
        grad_sum = grad_out / self.sums
        grad_z = np.einsum("...,...c->...c", grad_sum, self.powers)
        return np.moveaxis(grad_z, -1, self.axis)


class Loops(Layer):
    """Slice by slice with Python's numbers."""

    def forward(self, x):
        z = np.moveaxis(x, self.axis, -1)
        self.p = np.zeros(z.shape)
        out = np.zeros(z.shape[:-1])
        for place in np.ndindex(out.shape):
            values = z[place].tolist()
            top = max(values)
            powers = [math.exp(value - top) for value in values]
            out[place] = top + math.log(sum(powers))
            self.p[place] = np.divide(powers, sum(powers))
        return np.expand_dims(out, self.axis) if self.keepdims else out

    def backward(self, grad_out):
        grad_x = np.moveaxis(np.zeros(self.p.shape), -1, self.axis)
        slices = np.moveaxis(grad_x, self.axis, -1)
        flat = grad_out.reshape(slices.shape[:-1])
        for place, g in np.ndenumerate(flat):
            slices[place] = g * self.p[place]
        return grad_x


def variants(axis=-1, keepdims=False, dimensions=2):
    # The constructor is given the axis.
    parts = {
        "shifted": Shifted,
        "log_add_exp": LogAddExp,
        "running": Running,
        "step_by_step": StepByStep,
        "loops": Loops,
    }
    given = {"keepdims": keepdims}
    return {name: type(name, (part,), given) for name, part in parts.items()}
