"""A recurrent network as students write it."""

import numpy as np

from tests.variants import rnn_cell


class Cells(rnn_cell.Textbook):
    """One cell for each step; they share the parameters."""

    def forward(self, x, h0):
        self.cells, states, h = [], [], h0
        for t in range(x.shape[1]):
            cell = rnn_cell.Textbook(*self.params["weight_x"].shape)
            cell.params, cell.nonlinearity = self.params, self.nonlinearity
            h = cell.forward(x[:, t], h)
            self.cells.append(cell)
            states.append(h)
        return np.stack(states, axis=1)

    def backward(self, grad_out):
        self.grads = dict.fromkeys(self.params, 0.0)
        dxs, dh = [], 0.0
        for t, cell in reversed(list(enumerate(self.cells))):
            dx, dh = cell.backward(grad_out[:, t] + dh)
            dxs.insert(0, dx)
            for name in self.grads:
                self.grads[name] = self.grads[name] + cell.grads[name]
        return np.stack(dxs, axis=1), dh


class TimeFirst(rnn_cell.Cell):
    """Arrays over time; only what must wait for the step before is in the loop."""

    def forward(self, x, h0):
        self.x = x.swapaxes(0, 1)
        T, N = self.x.shape[:2]
        Wx, Wh, b = self.params.values()
        z = self.x @ Wx + b
        self.h = np.zeros((T + 1, N, len(Wh)), x.dtype)
        self.h[0] = h0
        for t in range(T):
            z[t] += self.h[t] @ Wh
            is_tanh = self.nonlinearity == "tanh"
            self.h[t + 1] = np.tanh(z[t]) if is_tanh else z[t] * (z[t] > 0)
        return self.h[1:].swapaxes(0, 1)

    def backward(self, grad_out):
        Wx, Wh, _ = self.params.values()
        now = self.h[1:]
        slope = 1 - now * now if self.nonlinearity == "tanh" else np.sign(now)
        dz = np.empty_like(now)
        carried = np.zeros_like(now[0])
        for t in range(len(now) - 1, -1, -1):
            dz[t] = slope[t] * (grad_out[:, t] + carried)
            carried = dz[t] @ Wh.T
        self.grads["weight_x"] = np.tensordot(self.x, dz, ((0, 1), (0, 1)))
        self.grads["weight_h"] = np.einsum("tni,tnj->ij", self.h[:-1], dz)
        self.grads["bias"] = dz.sum(axis=1).sum(axis=0)
        return (dz @ Wx.T).swapaxes(0, 1), carried


class Sequences(rnn_cell.Cell):
    """One sequence after the other, and the way back by a tape of functions."""

    def forward(self, x, h0):
        self.tapes = []
        outs = []
        for sequence, h in zip(x, h0, strict=True):
            tape, states = [], []
            for row in sequence:
                h, back = self.step(row, h)
                tape.append(back)
                states.append(h)
            self.tapes.append(tape)
            outs.append(states)
        return np.array(outs)

    def step(self, row, h):
        Wx, Wh, b = (
            self.params["weight_x"],
            self.params["weight_h"],
            self.params["bias"],
        )
        z = np.concatenate([row, h]) @ np.concatenate([Wx, Wh]) + b
        if self.nonlinearity == "tanh":
            new = np.tanh(z)
            slope = np.cosh(np.clip(z, -300, 300)) ** -2.0
        else:
            new = np.maximum(0.0, z)
            slope = (z > 0) * 1.0

        def back(g):
            dz = g * slope
            self.grads["weight_x"] += row[:, None] * dz
            self.grads["weight_h"] += h[:, None] * dz
            self.grads["bias"] += dz
            return Wx @ dz, Wh @ dz

        return new, back

    def backward(self, grad_out):
        self.grads = {name: np.zeros(p.shape) for name, p in self.params.items()}
        dx, dh0 = [], []
        for tape, gradients in zip(self.tapes, grad_out, strict=True):
            rows, dh = [], 0.0
            for back, g in zip(reversed(tape), gradients[::-1], strict=True):
                d_row, dh = back(g + dh)
                rows.append(d_row)
            dx.append(rows[::-1])
            dh0.append(dh)
        return np.array(dx), np.array(dh0)


def variants(**conventions):
    parts = {"cells": Cells, "time_first": TimeFirst, "sequences": Sequences}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
