"""One step of an LSTM as students write it."""

import numpy as np


class Cell:
    """The parameters of all four gates."""

    gate_order = "ifog"

    def __init__(self, in_features, hidden_features):
        self.hidden = hidden_features
        self.params = {
            "weight_x": np.zeros((in_features, 4 * hidden_features)),
            "weight_h": np.zeros((hidden_features, 4 * hidden_features)),
            "bias": np.zeros(4 * hidden_features),
        }
        self.grads = {}


def logistic(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


class Stacked(Cell):
    """All gates in one product, cut into blocks afterwards."""

    def forward(self, x, h, c):
        p = self.params
        sums = x @ p["weight_x"] + h @ p["weight_h"] + p["bias"]
        block = dict(zip(self.gate_order, np.split(sums, 4, axis=1), strict=True))
        i, f, o = (logistic(block[name]) for name in "ifo")
        g = np.tanh(block["g"])
        next_c = f * c + i * g
        s = np.tanh(next_c)
        self.cache = x, h, c, i, f, o, g, s
        return o * s, next_c

    def backward(self, grad_h, grad_c):
        x, h, c, i, f, o, g, s = self.cache
        dc = grad_c + grad_h * o * (1 - s**2)
        d = {
            "i": dc * g * i * (1 - i),
            "f": dc * c * f * (1 - f),
            "o": grad_h * s * o * (1 - o),
            "g": dc * i * (1 - g**2),
        }
        d = np.hstack([d[name] for name in self.gate_order])
        self.grads["weight_x"] = x.T @ d
        self.grads["weight_h"] = h.T @ d
        self.grads["bias"] = d.sum(axis=0)
        return d @ self.params["weight_x"].T, d @ self.params["weight_h"].T, dc * f


class Gate:
    """One gate with its own views of the columns."""

    def __init__(self, params, columns, is_tanh):
        self.Wx = params["weight_x"][:, columns]
        self.Wh = params["weight_h"][:, columns]
        self.b = params["bias"][columns]
        self.is_tanh = is_tanh

    def forward(self, x, h):
        self.x, self.h = x, h
        z = np.einsum("nd,dk->nk", x, self.Wx) + np.einsum("nd,dk->nk", h, self.Wh)
        z += self.b
        # logistic(z) = (1 + tanh(z / 2)) / 2
        self.out = np.tanh(z) if self.is_tanh else 0.5 * (1 + np.tanh(0.5 * z))
        return self.out

    def backward(self, grad):
        a = self.out
        slope = (1 - a) * (1 + a) if self.is_tanh else a - a * a
        self.delta = grad * slope
        return self.delta @ self.Wx.T, self.delta @ self.Wh.T


class FourGates(Cell):
    """Each gate is an object that does not know of the others."""

    def forward(self, x, h, c):
        self.x, self.h, self.c, k = x, h, c, self.hidden
        self.gates = {
            name: Gate(self.params, slice(at * k, (at + 1) * k), name == "g")
            for at, name in enumerate(self.gate_order)
        }
        i, f, o, g = (self.gates[name].forward(x, h) for name in "ifog")
        self.next_c = i * g + f * c
        self.s = np.tanh(self.next_c)
        return self.s * o, self.next_c

    def backward(self, grad_h, grad_c):
        i, f, o, g = (self.gates[name].out for name in "ifog")
        ds = grad_h * o
        dc = ds - ds * self.s * self.s + grad_c
        ways = {"i": dc * g, "f": dc * self.c, "o": grad_h * self.s, "g": dc * i}
        pairs = [self.gates[name].backward(grad) for name, grad in ways.items()]
        deltas = [self.gates[name].delta for name in self.gate_order]
        self.grads = {
            "weight_x": np.concatenate([self.x.T @ d for d in deltas], axis=1),
            "weight_h": np.concatenate([self.h.T @ d for d in deltas], axis=1),
            "bias": np.concatenate([np.ones(len(d)) @ d for d in deltas]),
        }
        return sum(dx for dx, _ in pairs), sum(dh for _, dh in pairs), f * dc


class Vectors(Cell):
    """One example after the other: columns, and one matrix for (x, h, 1)."""

    def forward(self, x, h, c):
        p = self.params
        self.W = np.vstack([p["weight_x"], p["weight_h"], p["bias"]]).T
        self.steps = [self.step(*one) for one in zip(x, h, c, strict=True)]
        next_h = [step["o"] * step["s"] for step in self.steps]
        return np.array(next_h), np.array([step["next_c"] for step in self.steps])

    def step(self, x, h, c):
        column = np.r_[x, h, np.ones(1, x.dtype)]
        z = (self.W @ column).reshape(4, -1)
        step = {"column": column, "c": c}
        for name, row in zip(self.gate_order, z, strict=True):
            is_candidate = name == "g"
            step[name] = (
                np.tanh(row) if is_candidate else np.exp(-np.logaddexp(0, -row))
            )
        step["next_c"] = step["f"] * c + step["i"] * step["g"]
        step["s"] = np.tanh(step["next_c"])
        return step

    def backward(self, grad_h, grad_c):
        dW = np.zeros(self.W.shape)
        columns, dcs = [], []
        for step, gh, gc in zip(self.steps, grad_h, grad_c, strict=True):
            delta, dc = self.deltas(step, gh, gc)
            dW += delta[:, None] * step["column"]
            columns.append(delta @ self.W)
            dcs.append(dc)
        D = len(self.params["weight_x"])
        self.grads["weight_x"] = dW.T[:D]
        self.grads["weight_h"] = dW.T[D:-1]
        self.grads["bias"] = dW.T[-1]
        columns = np.array(columns)
        return columns[:, :D], columns[:, D:-1], np.array(dcs)

    def deltas(self, step, gh, gc):
        total = gc + gh * step["o"] * (1 - step["s"] ** 2)
        partners = {"i": "g", "f": "c", "g": "i"}
        rows = []
        for name in self.gate_order:
            a = step[name]
            grad = gh * step["s"] if name == "o" else total * step[partners[name]]
            rows.append(grad * (1 - a**2 if name == "g" else a * (1 - a)))
        return np.concatenate(rows), total * step["f"]


def variants(**conventions):
    parts = {"stacked": Stacked, "four_gates": FourGates, "vectors": Vectors}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
