"""The leaky rectified linear unit as students write it."""

import numpy as np


class Layer:
    """What all layers have; ``at_zero`` is the slope at exactly 0."""

    gradient_at_zero = None

    def __init__(self, slope):
        self.params, self.grads = {}, {}
        self.slope = slope
        given = self.gradient_at_zero
        self.at_zero = slope if given is None else given


class Factors(Layer):
    """A factor for each entry, used both ways; zero is treated apart."""

    def forward(self, x):
        factor = np.where(x > 0, 1.0, self.slope)
        out = x * factor
        factor[x == 0] = self.at_zero
        self.factor = factor
        return out

    def backward(self, grad_out):
        return self.factor * grad_out


class BothParts(Layer):
    """The positive part plus the slope times the negative part."""

    def forward(self, x):
        self.x = x
        return np.maximum(x, 0) + self.slope * np.minimum(x, 0)

    def backward(self, grad_out):
        sides = [self.x > 0, self.x < 0]
        parts = [grad_out, self.slope * grad_out]
        return np.select(sides, parts, self.at_zero * grad_out)


class Steps(Layer):
    """Half sums of x and its magnitude; a step function back."""

    def forward(self, x):
        up = 1 - self.slope
        step = np.heaviside(x, (self.at_zero - self.slope) / up)
        self.change = self.slope + up * step
        return (1 + self.slope) / 2 * x + up / 2 * np.abs(x)

    def backward(self, grad_out):
        return grad_out * self.change


class Larger(Layer):
    """The larger of x and slope * x; an assignment through a mask back."""

    def forward(self, x):
        self.left, self.zero = x < 0, x == 0
        return np.maximum(x, self.slope * x)

    def backward(self, grad_out):
        grad_x = grad_out.copy()
        grad_x[self.left] *= self.slope
        grad_x[self.zero] *= self.at_zero
        return grad_x


class Loops(Layer):
    """Each entry by itself."""

    def forward(self, x):
        self.x = x
        rows = [[v if v > 0 else self.slope * v for v in row] for row in x]
        return np.array(rows)

    def backward(self, grad_out):
        grad_x = np.zeros_like(grad_out)
        for n, row in enumerate(self.x):
            for d, value in enumerate(row):
                if value > 0:
                    grad_x[n, d] = grad_out[n, d]
                elif value < 0:
                    grad_x[n, d] = grad_out[n, d] * self.slope
                else:
                    grad_x[n, d] = grad_out[n, d] * self.at_zero
        return grad_x


def variants(**conventions):
    parts = {
        "factors": Factors,
        "both_parts": BothParts,
        "steps": Steps,
        "larger": Larger,
        "loops": Loops,
    }
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
