"""Noise on the inputs as students write it; the noise is drawn if none is set."""

import numpy as np


class Added:
    """One line; in evaluation x itself."""

    mode = "training"

    def __init__(self, sigma):
        self.sigma, self.noise = sigma, None
        self.params, self.grads = {}, {}

    def forward(self, x):
        if self.mode != "training":
            return x
        if self.noise is None:
            self.noise = np.random.normal(0, self.sigma, x.shape)
        return x + self.noise

    def backward(self, grad_out):
        return grad_out


class Copied:
    """A copy to which the noise is added in place."""

    mode = "training"
    noise = None

    def __init__(self, sigma=0.3):
        self.params, self.grads, self.scale = {}, {}, sigma

    def forward(self, x):
        out = x.copy()
        if self.mode == "training":
            drawn = self.noise
            if drawn is None:
                drawn = self.scale * np.random.randn(*x.shape)
            out += drawn
        return out

    def backward(self, grad_out):
        return grad_out.copy()


class Stacked:
    """Signal and noise in one array, summed; the slope of a sum is one."""

    mode = "training"

    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        moved = self.noise if self.mode == "training" else np.zeros_like(x)
        self.terms = np.stack([x, moved])
        return self.terms.sum(axis=0)

    def backward(self, grad_out):
        return grad_out * np.ones_like(self.terms[0])


class Rows:
    """One example after the other."""

    mode = "training"

    def __init__(self, sigma):
        self.sigma = sigma
        self.params, self.grads = {}, {}

    def forward(self, x):
        rows = [row.tolist() for row in x]
        if self.mode == "training":
            for row, noise in zip(rows, self.noise, strict=True):
                for place, change in enumerate(noise):
                    row[place] += change
        return np.array(rows)

    def backward(self, grad_out):
        return 1 * grad_out


def variants(**conventions):
    parts = {"added": Added, "copied": Copied, "stacked": Stacked, "rows": Rows}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
