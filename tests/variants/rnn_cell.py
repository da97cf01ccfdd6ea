"""One step of a recurrent network as students write it."""

import numpy as np


class Cell:
    """The parameters, with NumPy's defaults for what is not known yet."""

    nonlinearity = "tanh"

    def __init__(self, in_features, hidden_features):
        self.params = {
            "weight_x": np.zeros((in_features, hidden_features)),
            "weight_h": np.zeros((hidden_features, hidden_features)),
            "bias": np.zeros(hidden_features),
        }
        self.grads = {}


class Textbook(Cell):
    """The formulas, with the derivative written in the output."""

    def forward(self, x, h):
        p = self.params
        z = x @ p["weight_x"] + h @ p["weight_h"] + p["bias"]
        self.x, self.h = x, h
        self.out = np.tanh(z) if self.nonlinearity == "tanh" else np.maximum(z, 0)
        return self.out

    def backward(self, grad):
        slope = 1 - self.out**2 if self.nonlinearity == "tanh" else self.out > 0
        dz = grad * slope
        self.grads["weight_x"] = self.x.T @ dz
        self.grads["weight_h"] = self.h.T @ dz
        self.grads["bias"] = dz.sum(axis=0)
        return dz @ self.params["weight_x"].T, dz @ self.params["weight_h"].T


class Stacked(Cell):
    """One matrix for the input, the state and a one."""

    def forward(self, x, h):
        self.split = x.shape[1]
        one = np.ones((len(x), 1), x.dtype)
        self.row = np.hstack([x, h, one])
        p = self.params
        self.W = np.vstack([p["weight_x"], p["weight_h"], p["bias"][None]])
        z = self.row @ self.W
        if self.nonlinearity == "tanh":
            # Symmetric, so that nothing overflows.
            e = np.exp(-2 * np.abs(z))
            out = np.sign(z) * (1 - e) / (1 + e)
            self.slope = 4 * e / (1 + e) ** 2
        else:
            out, self.slope = np.where(z > 0, z, 0), np.where(z > 0, 1, 0)
        return out

    def backward(self, grad):
        dz = self.slope * grad
        dW = self.row.T @ dz
        at = self.split
        self.grads = {"weight_x": dW[:at], "weight_h": dW[at:-1], "bias": dW[-1]}
        back = dz @ self.W.T
        return back[:, :at], back[:, at:-1]


class Examples(Cell):
    """One example after the other, with vectors."""

    def forward(self, x, h):
        self.x, self.h = x, h
        Wx, Wh, b = self.params.values()
        self.z = [b + Wx.T @ xi + Wh.T @ hi for xi, hi in zip(x, h, strict=True)]
        return np.array([self.phi(z) for z in self.z])

    def phi(self, z):
        return np.tanh(z) if self.nonlinearity == "tanh" else z.clip(min=0)

    def slope(self, z):
        if self.nonlinearity == "tanh":
            a = np.tanh(z)
            return (1 - a) * (1 + a)
        return np.heaviside(z, 0.0)

    def backward(self, grad):
        self.grads = {name: np.zeros_like(p) for name, p in self.params.items()}
        dx, dh = np.empty_like(self.x), np.empty_like(self.h)
        for n, z in enumerate(self.z):
            delta = self.slope(z) * grad[n]
            self.grads["weight_x"] += np.outer(self.x[n], delta)
            self.grads["weight_h"] += np.outer(self.h[n], delta)
            self.grads["bias"] += delta
            dx[n] = self.params["weight_x"] @ delta
            dh[n] = self.params["weight_h"] @ delta
        return dx, dh


def variants(**conventions):
    parts = {"textbook": Textbook, "stacked": Stacked, "examples": Examples}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
