"""The rectified linear unit with a learned slope as students write it."""

import numpy as np


class Broadcast:
    """The slope in a shape that goes with x; the gradient summed over other axes."""

    shared = True

    def __init__(self, channels):
        start = np.array(0.25) if self.shared else np.full(channels, 0.25)
        self.params, self.grads = {"slope": start}, {}

    def forward(self, x):
        self.x = x
        self.axes = None if self.shared else (0, 2)
        self.a = self.params["slope"].reshape(1, -1, *[1] * (x.ndim - 2))
        return np.maximum(x, 0) + self.a * np.minimum(x, 0)

    def backward(self, grad_out):
        through = grad_out * np.minimum(self.x, 0)
        self.grads["slope"] = through.sum(axis=self.axes)
        return np.where(self.x > 0, grad_out, self.a * grad_out)


class Masks:
    """Index what is negative; channels counted with bincount."""

    shared = True

    def __init__(self, channels):
        self.params = {"slope": 0.25 if self.shared else np.zeros(channels)}
        self.grads = {"slope": None}

    def forward(self, x):
        self.left = np.nonzero(x <= 0)
        self.values = x[self.left]
        slope = self.params["slope"]
        self.mine = slope if self.shared else slope[self.left[1]]
        out = x.copy()
        out[self.left] *= self.mine
        return out

    def backward(self, grad_out):
        parts = grad_out[self.left] * self.values
        if self.shared:
            self.grads["slope"] = parts.sum()
        else:
            count = len(self.params["slope"])
            self.grads["slope"] = np.bincount(self.left[1], parts, minlength=count)
        grad_x = np.array(grad_out)
        grad_x[self.left] = self.mine * grad_out[self.left]
        return grad_x


class ChannelsLast:
    """Channels moved to the end, where a slope for each fits by itself."""

    shared = True

    def __init__(self, channels):
        shape = () if self.shared else (channels,)
        self.params, self.grads = {"slope": np.ones(shape)}, {}

    def forward(self, x):
        self.z = np.swapaxes(x, 1, -1)
        self.on = (self.z > 0).astype(x.dtype)
        self.factor = self.on + (1 - self.on) * self.params["slope"]
        return np.swapaxes(self.z * self.factor, 1, -1)

    def backward(self, grad_out):
        g = np.swapaxes(grad_out, 1, -1)
        negative = self.z * (1 - self.on)
        if self.shared:
            self.grads["slope"] = np.vdot(g, negative)
        else:
            self.grads["slope"] = np.einsum("nwc,nwc->c", g, negative)
        return np.swapaxes(g * self.factor, 1, -1)


class Loops:
    """Entry by entry; the place of its slope is worked out each time."""

    shared = True

    def __init__(self, channels):
        self.slope = np.zeros(() if self.shared else channels)
        self.params, self.grads = {"slope": self.slope}, {}

    def place(self, at):
        return () if self.shared else (at[1],)

    def forward(self, x):
        self.x, out = x, np.zeros_like(x)
        for at in np.ndindex(*x.shape):
            out[at] = x[at] if x[at] > 0 else self.slope[self.place(at)] * x[at]
        return out

    def backward(self, grad_out):
        grad_x, total = np.zeros_like(grad_out), np.zeros_like(self.slope)
        for at in np.ndindex(*grad_out.shape):
            if self.x[at] > 0:
                grad_x[at] = grad_out[at]
                continue
            grad_x[at] = self.slope[self.place(at)] * grad_out[at]
            total[self.place(at)] += self.x[at] * grad_out[at]
        self.grads["slope"] = total
        return grad_x


def variants(slope="shared"):
    parts = {
        "broadcast": Broadcast,
        "masks": Masks,
        "channels_last": ChannelsLast,
        "loops": Loops,
    }
    given = {"shared": slope == "shared"}
    return {name: type(name, (part,), given) for name, part in parts.items()}
