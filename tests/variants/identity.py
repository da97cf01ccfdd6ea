"""The identity as students write it."""

import numpy as np


class Layer:
    """What all layers have."""

    def __init__(self):
        self.params, self.grads = {}, {}


class Same(Layer):
    """What comes in goes out, the array itself."""

    def forward(self, x):
        return x

    def backward(self, grad_out):
        return grad_out


class Copy(Layer):
    """New arrays."""

    def forward(self, x):
        return x.copy()

    def backward(self, grad_out):
        return np.array(grad_out)


class Slopes(Layer):
    """As for every activation: upstream times the slope, which is one."""

    def forward(self, x):
        self.slope = np.ones_like(x)
        return 1.0 * x

    def backward(self, grad_out):
        return self.slope * grad_out


class Matrix(Layer):
    """A product with the unit matrix."""

    def forward(self, x):
        self.unit = np.eye(x.shape[1], dtype=x.dtype)
        return x @ self.unit

    def backward(self, grad_out):
        return grad_out @ self.unit.T


def variants():
    return {"same": Same, "copy": Copy, "slopes": Slopes, "matrix": Matrix}
