"""Follow a single number under an optimizer, one given gradient after the other."""

import numpy as np

GRADIENTS = (1.0, -3.0, 2.0, 5.0, -1.0, 0.5, -0.25, 4.0)
START = 1.5
RTOL = 1e-13
"""A few hundred roundings."""


class One:
    """A layer with a single number."""

    def __init__(self, value=START):
        self.params = {"w": np.array([value])}
        self.grads = {}

    @property
    def value(self):
        return float(self.params["w"][0])


def path(make, gradients=GRADIENTS, start=START):
    """Return the values after each step; ``make`` makes an optimizer for layers."""
    layer = One(start)
    optimizer = make([layer])
    values = []
    for gradient in gradients:
        layer.grads["w"] = np.array([gradient])
        optimizer.step()
        values.append(layer.value)
    return values
