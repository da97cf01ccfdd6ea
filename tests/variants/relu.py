"""The rectified linear unit as students write it."""

import numpy as np


class Layer:
    """What all layers have."""

    gradient_at_zero = 0.0

    def __init__(self):
        self.params, self.grads = {}, {}


class Masked(Layer):
    """Multiply by what is on."""

    def forward(self, x):
        self.on = x >= 0 if self.gradient_at_zero else x > 0
        return x * self.on

    def backward(self, grad_out):
        return grad_out * self.on


class Maximum(Layer):
    """np.maximum there, np.where back."""

    def forward(self, x):
        self.x = x
        return np.maximum(0, x)

    def backward(self, grad_out):
        at_zero = np.where(self.x == 0, self.gradient_at_zero * grad_out, 0)
        return np.where(self.x > 0, grad_out, at_zero)


class Loops(Layer):
    """Each entry by itself."""

    def forward(self, x):
        self.x = x
        out = np.zeros_like(x)
        for place in np.ndindex(x.shape):
            if x[place] > 0:
                out[place] = x[place]
        return out

    def backward(self, grad_out):
        grad_x = np.empty_like(grad_out)
        for place, value in np.ndenumerate(self.x):
            slope = 1.0 if value > 0 else 0.0
            if value == 0:
                slope = self.gradient_at_zero
            grad_x[place] = slope * grad_out[place]
        return grad_x


class Absolute(Layer):
    """The mean of x and its magnitude; a step function for the slope."""

    def forward(self, x):
        self.step = np.heaviside(x, self.gradient_at_zero)
        return (x + np.abs(x)) / 2

    def backward(self, grad_out):
        return np.einsum("ij,ij->ij", grad_out, self.step)


class Assigned(Layer):
    """A copy in which what is off is overwritten."""

    def forward(self, x):
        self.off = ~(x >= 0) if self.gradient_at_zero == 1 else x <= 0
        out = x.copy()
        out[out < 0] = 0
        return out

    def backward(self, grad_out):
        grad_x = grad_out.copy()
        grad_x[self.off] = 0
        return grad_x


def variants(**conventions):
    parts = {
        "masked": Masked,
        "maximum": Maximum,
        "loops": Loops,
        "absolute": Absolute,
        "assigned": Assigned,
    }
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
