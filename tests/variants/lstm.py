"""An LSTM as students write it."""

import numpy as np

from tests.variants import lstm_cell


class Cells(lstm_cell.Cell):
    """One cell of separate gates for each step."""

    def forward(self, x, h0, c0=None):
        self.starts_at_zero = c0 is None
        h, c = h0, np.zeros_like(h0) if c0 is None else c0
        self.cells, out = [], np.empty((*x.shape[:2], h0.shape[1]), x.dtype)
        for t in range(x.shape[1]):
            cell = lstm_cell.FourGates(x.shape[2], self.hidden)
            cell.params, cell.gate_order = self.params, self.gate_order
            h, c = cell.forward(x[:, t], h, c)
            out[:, t] = h
            self.cells.append(cell)
        return out

    def backward(self, grad_out):
        dx, dh, dc = [], 0.0, 0.0
        for cell, grad in zip(
            self.cells[::-1], np.moveaxis(grad_out, 1, 0)[::-1], strict=True
        ):
            row, dh, dc = cell.backward(grad + dh, dc)
            dx = [row, *dx]
        for name in self.params:
            self.grads[name] = sum(cell.grads[name] for cell in self.cells)
        dx = np.stack(dx, axis=1)
        return (dx, dh) if self.starts_at_zero else (dx, dh, dc)


class TimeFirst(lstm_cell.Cell):
    """One array (T + 1, N, H) for each state, one product for all inputs."""

    def forward(self, x, h0, c0=None):
        N, T, _ = x.shape
        H, p = self.hidden, self.params
        self.x, self.given = x, c0 is not None
        self.h, self.c = np.zeros((2, T + 1, N, H), x.dtype)
        self.h[0], self.c[0] = h0, 0 if c0 is None else c0
        self.gates = np.einsum("ntd,dk->tnk", x, p["weight_x"]) + p["bias"]
        g = self.columns("g")
        for t in range(T):
            z = self.gates[t]
            z += self.h[t] @ p["weight_h"]
            candidate = np.tanh(z[:, g])
            z[:] = lstm_cell.logistic(z)
            z[:, g] = candidate
            i, f, o = (z[:, self.columns(name)] for name in "ifo")
            self.c[t + 1] = f * self.c[t] + i * candidate
            self.h[t + 1] = o * np.tanh(self.c[t + 1])
        return self.h[1:].transpose(1, 0, 2)

    def columns(self, gate):
        at = self.gate_order.index(gate) * self.hidden
        return slice(at, at + self.hidden)

    def backward(self, grad_out):
        dz = np.zeros_like(self.gates)
        dh, dc = np.zeros_like(self.h[0]), np.zeros_like(self.c[0])
        i, f, o, g = (self.gates[:, :, self.columns(name)] for name in "ifog")
        tanh_c = np.tanh(self.c[1:])
        for t in reversed(range(len(dz))):
            dh = dh + grad_out[:, t]
            dc = dc + dh * o[t] * (1 - tanh_c[t] ** 2)
            ways = {
                "i": g[t] * dc * (1 - i[t]) * i[t],
                "f": self.c[t] * dc * (1 - f[t]) * f[t],
                "o": dh * tanh_c[t] * (1 - o[t]) * o[t],
                "g": dc * i[t] * (1 - g[t] * g[t]),
            }
            for name, way in ways.items():
                dz[t][:, self.columns(name)] = way
            dh = dz[t] @ self.params["weight_h"].T
            dc = dc * f[t]
        self.grads = {
            "weight_x": np.einsum("ntd,tnk->dk", self.x, dz),
            "weight_h": np.tensordot(self.h[:-1], dz, ((0, 1), (0, 1))),
            "bias": np.einsum("tnk->k", dz),
        }
        dx = np.einsum("tnk,dk->ntd", dz, self.params["weight_x"])
        return (dx, dh, dc) if self.given else (dx, dh)


class Tape(lstm_cell.Cell):
    """Every operation notes how its gradient goes back, and adds it there."""

    def forward(self, x, h0, c0=None):
        self.tape, self.x = [], Value(x)
        self.given = c0 is not None
        self.h0, self.c0 = Value(h0), Value(c0 if self.given else h0 * 0)
        self.held = {name: Value(p) for name, p in self.params.items()}
        self.states, h, c = [], self.h0, self.c0
        for t in range(x.shape[1]):
            h, c = self.step(t, h, c)
            self.states.append(h)
        return np.stack([h.data for h in self.states], axis=1)

    def step(self, t, h, c):
        sums = self.affine(t, h)
        gate = {
            name: self.bent(sums, at * self.hidden, name == "g")
            for at, name in enumerate(self.gate_order)
        }
        kept, new = self.times(gate["f"], c), self.times(gate["i"], gate["g"])
        c = self.plus(kept, new)
        return self.times(gate["o"], self.tanh(c)), c

    def affine(self, t, h):
        Wx, Wh, b = self.held.values()
        x = self.x.data[:, t]
        out = Value(x @ Wx.data + (h.data @ Wh.data + b.data))

        def back():
            self.x.grad[:, t] += out.grad @ Wx.data.T
            h.grad += out.grad @ Wh.data.T
            Wx.grad += x.T @ out.grad
            Wh.grad += h.data.T @ out.grad
            b.grad += out.grad.sum(axis=0)

        self.tape.append(back)
        return out

    def bent(self, sums, at, is_tanh):
        columns = np.s_[:, at : at + self.hidden]
        z = sums.data[columns]
        out = Value(np.tanh(z) if is_tanh else lstm_cell.logistic(z))

        def back():
            a = out.data
            sums.grad[columns] += out.grad * (1 - a * a if is_tanh else a * (1 - a))

        self.tape.append(back)
        return out

    def tanh(self, value):
        out = Value(np.tanh(value.data))

        def back():
            value.grad += out.grad * (1 - out.data**2)

        self.tape.append(back)
        return out

    def times(self, one, other):
        out = Value(one.data * other.data)

        def back():
            one.grad += out.grad * other.data
            other.grad += out.grad * one.data

        self.tape.append(back)
        return out

    def plus(self, one, other):
        out = Value(one.data + other.data)

        def back():
            one.grad += out.grad
            other.grad += out.grad

        self.tape.append(back)
        return out

    def backward(self, grad_out):
        for t, h in enumerate(self.states):
            h.grad += grad_out[:, t]
        for back in reversed(self.tape):
            back()
        self.grads = {name: value.grad for name, value in self.held.items()}
        firsts = (self.h0, self.c0) if self.given else (self.h0,)
        return (self.x.grad, *(value.grad for value in firsts))


class Value:
    """An array and its gradient."""

    def __init__(self, data):
        self.data, self.grad = data, np.zeros_like(data)


def variants(gate_order="ifog", **initial_cell):
    given = {"gate_order": gate_order}
    parts = {"cells": Cells, "time_first": TimeFirst, "tape": Tape}
    return {name: type(name, (part,), given) for name, part in parts.items()}
