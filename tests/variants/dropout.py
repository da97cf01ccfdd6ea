"""Dropout with a mask that is set as students write it."""

import numpy as np


class Layer:
    """What all of them have, and the probability of being kept."""

    rate_means, scaling, mode = "drop", "inverted", "training"

    def __init__(self, rate):
        self.params, self.grads = {}, {}
        self.q = rate if self.rate_means == "keep" else 1 - rate


class Factor(Layer):
    """One factor for all entries, used both ways."""

    def forward(self, x):
        if self.mode == "training":
            self.factor = self.mask / (self.q if self.scaling == "inverted" else 1)
        else:
            self.factor = self.q if self.scaling == "test_scaled" else 1
        return x * self.factor

    def backward(self, grad_out):
        return grad_out * self.factor


class Where(Layer):
    """np.where by the mask, once for each convention."""

    def forward(self, x):
        return self.through(x)

    def through(self, values):
        if self.mode == "evaluation":
            return values * self.q if self.scaling == "test_scaled" else values
        if self.scaling == "inverted":
            values = values / self.q
        return np.where(self.mask, values, 0)

    def backward(self, grad_out):
        return self.through(grad_out)


class Indexed(Layer):
    """Zeros into which the kept entries are written."""

    def forward(self, x):
        if self.mode != "training":
            self.scale = {"test_scaled": self.q}.get(self.scaling, 1.0)
            return self.scale * x
        self.kept = np.nonzero(self.mask)
        self.scale = {"inverted": 1 / self.q}.get(self.scaling, 1.0)
        out = np.zeros_like(x)
        out[self.kept] = self.scale * x[self.kept]
        return out

    def backward(self, grad_out):
        if self.mode != "training":
            return grad_out * self.scale
        grad_x = np.zeros_like(grad_out)
        grad_x[self.kept] = grad_out[self.kept] * self.scale
        return grad_x


class Copied(Layer):
    """A copy in which the dropped entries are overwritten, then scaled."""

    def forward(self, x):
        out = x.copy()
        if self.mode == "training":
            out[~self.mask] = 0.0
            if self.scaling == "inverted":
                out /= self.q
        elif self.scaling == "test_scaled":
            out *= self.q
        return out

    def backward(self, grad_out):
        training = self.mode == "training"
        grad_x = grad_out * self.mask if training else 1.0 * grad_out
        if training and self.scaling == "inverted":
            grad_x = grad_x / self.q
        if not training and self.scaling == "test_scaled":
            grad_x = grad_x * self.q
        return grad_x


class Loops(Layer):
    """Each entry by itself."""

    def share(self, place):
        if self.mode == "evaluation":
            return self.q if self.scaling == "test_scaled" else 1
        if not self.mask[place]:
            return 0
        return 1 / self.q if self.scaling == "inverted" else 1

    def forward(self, x):
        out = np.empty_like(x)
        for place in np.ndindex(x.shape):
            out[place] = x[place] * self.share(place)
        return out

    def backward(self, grad_out):
        grad_x = np.empty_like(grad_out)
        for place, g in np.ndenumerate(grad_out):
            grad_x[place] = self.share(place) * g
        return grad_x


def variants(**conventions):
    parts = {
        "factor": Factor,
        "where": Where,
        "indexed": Indexed,
        "copied": Copied,
        "loops": Loops,
    }
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
