"""Softmax along an axis as students write it."""

import math

import numpy as np


class Layer:
    """What all layers have."""

    def __init__(self, axis=-1):
        self.axis = axis
        self.params, self.grads = {}, {}


class Shifted(Layer):
    """The maximum is subtracted; the Jacobian is not built."""

    def forward(self, x):
        e = np.exp(x - x.max(axis=self.axis, keepdims=True))
        self.p = e / e.sum(axis=self.axis, keepdims=True)
        return self.p

    def backward(self, grad_out):
        inner = np.sum(grad_out * self.p, axis=self.axis, keepdims=True)
        return self.p * (grad_out - inner)


class Jacobians(Layer):
    """diag(p) - p p^T for each slice, as on the slides."""

    def forward(self, x):
        out = np.moveaxis(np.empty_like(x), self.axis, -1)
        slices = np.moveaxis(x, self.axis, -1)
        for place in np.ndindex(slices.shape[:-1]):
            powers = np.exp(slices[place] - np.max(slices[place]))
            out[place] = powers / np.sum(powers)
        self.p = out
        return np.moveaxis(out, -1, self.axis)

    def backward(self, grad_out):
        g = np.moveaxis(grad_out, self.axis, -1)
        result = np.zeros(g.shape)
        for place in np.ndindex(g.shape[:-1]):
            p = self.p[place]
            result[place] = (np.diag(p) - np.outer(p, p)) @ g[place]
        return np.moveaxis(result, -1, self.axis)


class Logarithms(Layer):
    """exp of the logarithm; all Jacobians in one einsum."""

    def forward(self, x):
        norm = np.logaddexp.reduce(x, axis=self.axis, keepdims=True)
        out = np.exp(x - norm)
        self.p = out.swapaxes(self.axis, -1)
        return out

    def backward(self, grad_out):
        unit = np.eye(self.p.shape[-1])
        jacobian = np.einsum("...i,ij->...ij", self.p, unit)
        jacobian -= np.einsum("...i,...j->...ij", self.p, self.p)
        g = grad_out.swapaxes(self.axis, -1)
        return np.einsum("...ij,...j->...i", jacobian, g).swapaxes(self.axis, -1)


class StepByStep(Layer):
    """Quotient, sum and exponential, each with its own gradient."""

    def forward(self, x):
        top = np.amax(x, self.axis)
        self.e = np.exp(x - np.expand_dims(top, self.axis))
        self.inverse = 1 / np.expand_dims(np.sum(self.e, self.axis), self.axis)
        return self.e * self.inverse

    def backward(self, grad_out):
        grad_e = grad_out * self.inverse
        grad_inverse = (grad_out * self.e).sum(self.axis, keepdims=True)
        grad_sum = -grad_inverse * self.inverse**2
        grad_e = grad_e + grad_sum * np.ones_like(self.e)
        return grad_e * self.e


class Loops(Layer):
    """Lists of numbers; the double sum over the Jacobian is written out."""

    def forward(self, x):
        slices = np.moveaxis(x, self.axis, -1)
        self.rows = [self.one(row) for row in slices.reshape(-1, slices.shape[-1])]
        return self.back(self.rows, slices.shape)

    def one(self, row):
        top = max(row)
        powers = [math.exp(value - top) for value in row]
        total = math.fsum(powers)
        return [power / total for power in powers]

    def back(self, rows, shape):
        return np.moveaxis(np.array(rows).reshape(shape), -1, self.axis)

    def backward(self, grad_out):
        g = np.moveaxis(grad_out, self.axis, -1)
        results = []
        pairs = zip(self.rows, g.reshape(-1, g.shape[-1]), strict=True)
        for p, upstream in pairs:
            row = [0.0] * len(p)
            for i, j in np.ndindex(len(p), len(p)):
                row[j] += upstream[i] * p[i] * ((i == j) - p[j])
            results.append(row)
        return self.back(results, g.shape)


def variants(axis=-1, dimensions=2):
    # The constructor is given the axis.
    return {
        "shifted": Shifted,
        "jacobians": Jacobians,
        "logarithms": Logarithms,
        "step_by_step": StepByStep,
        "loops": Loops,
    }
