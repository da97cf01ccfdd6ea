"""A gated recurrent unit over a sequence as students write it."""

import numpy as np

from tests.variants import gru_cell


class Cells(gru_cell.Cell):
    """One cell for each step, in a list."""

    def forward(self, x, h0):
        self.cells = []
        outputs = [h0]
        for x_t in np.swapaxes(x, 0, 1):
            cell = gru_cell.Blocks(x.shape[-1], self.hidden)
            cell.reset, cell.update = self.reset, self.update
            cell.params = self.params
            outputs.append(cell.forward(x_t, outputs[-1]))
            self.cells.append(cell)
        return np.stack(outputs[1:], axis=1)

    def backward(self, grad_out):
        carried = np.zeros_like(grad_out[:, 0])
        rows = [None] * len(self.cells)
        for t in range(len(rows) - 1, -1, -1):
            given = grad_out[:, t] + carried
            rows[t], carried = self.cells[t].backward(given)
        self.grads = {
            name: np.sum([cell.grads[name] for cell in self.cells], axis=0)
            for name in self.params
        }
        return np.stack(rows, axis=1), carried


class TimeFirst(gru_cell.Cell):
    """Arrays over all steps; the gradients of the weights in one product at the end."""

    def forward(self, x, h0):
        N, T, _ = x.shape
        k, p = self.hidden, self.params
        self.x = np.ascontiguousarray(x.swapaxes(0, 1))
        from_x = self.x @ p["weight_x"] + p["bias"]
        self.h = np.zeros((T + 1, N, k), x.dtype)
        self.h[0] = h0
        self.r, self.z, self.n, self.p = np.zeros((4, T, N, k), x.dtype)
        for t, h in enumerate(self.h[:-1]):
            if self.reset == "after":
                from_h = h @ p["weight_h"] + p["bias_h"]
            else:
                from_h = h @ p["weight_h"]
            gates = 0.5 + 0.5 * np.tanh(0.5 * (from_x[t] + from_h)[:, : 2 * k])
            self.r[t], self.z[t] = gates[:, :k], gates[:, k:]
            self.p[t] = from_h[:, 2 * k :]
            last = self.r[t] * self.p[t]
            if self.reset == "before":
                last = (self.r[t] * h) @ p["weight_h"][:, 2 * k :]
            self.n[t] = np.tanh(from_x[t][:, 2 * k :] + last)
            old = self.old(t)
            self.h[t + 1] = old * h + (1 - old) * self.n[t]
        return self.h[1:].swapaxes(0, 1)

    def old(self, t):
        return self.z[t] if self.update == "keeps_old" else 1 - self.z[t]

    def backward(self, grad_out):
        k = self.hidden
        T, N = self.x.shape[:2]
        sums = np.zeros((T, N, 3 * k), grad_out.dtype)
        states = np.zeros_like(sums)
        dh = 0
        for t in range(T)[::-1]:
            dh, sums[t], states[t] = self.back(t, grad_out[:, t] + dh)
        h = self.h[:-1]
        self.grads["weight_x"] = np.tensordot(self.x, sums, ((0, 1), (0, 1)))
        self.grads["weight_h"] = np.tensordot(h, states, ((0, 1), (0, 1)))
        if self.reset == "before":
            n = sums[..., 2 * k :]
            last = np.tensordot(self.r * h, n, ((0, 1), (0, 1)))
            self.grads["weight_h"] = np.hstack(
                [self.grads["weight_h"][:, : 2 * k], last]
            )
        else:
            self.grads["bias_h"] = states.sum(axis=(0, 1))
        self.grads["bias"] = sums.sum(axis=(0, 1))
        return np.einsum("tnk,dk->ntd", sums, self.params["weight_x"]), dh

    def back(self, t, g):
        h, r, z, n, k = self.h[t], self.r[t], self.z[t], self.n[t], self.hidden
        Wh = self.params["weight_h"]
        old = self.old(t)
        sign = 1 if self.update == "keeps_old" else -1
        dn = g * (1 - old) * (1 - n * n)
        dz = sign * g * (h - n) * z * (1 - z)
        if self.reset == "after":
            dr = dn * self.p[t] * r * (1 - r)
            state = np.concatenate([dr, dz, dn * r], axis=1)
            return g * old + state @ Wh.T, np.hstack([dr, dz, dn]), state
        q = dn @ Wh[:, 2 * k :].T
        dr = q * h * r * (1 - r)
        dh = g * old + q * r + dr @ Wh[:, :k].T + dz @ Wh[:, k : 2 * k].T
        return dh, np.hstack([dr, dz, dn]), np.hstack([dr, dz, 0 * dn])


class Recursive(gru_cell.Cell):
    """The rest of the sequence is a call of the function itself."""

    def forward(self, x, h0):
        self.x, self.h0 = x, h0
        self.stack = []
        return np.stack(self.rest(x, h0), axis=1)

    def rest(self, x, h):
        if x.shape[1] == 0:
            return []
        cell = gru_cell.Vectors(x.shape[2], self.hidden)
        cell.params, cell.reset, cell.update = self.params, self.reset, self.update
        h = cell.forward(x[:, 0], h)
        self.stack.append(cell)
        return [h, *self.rest(x[:, 1:], h)]

    def backward(self, grad_out):
        dx, dh = self.back(0, grad_out)
        return np.stack(dx, axis=1), dh

    def back(self, t, grad_out):
        if t == len(self.stack):
            self.grads = {key: np.zeros_like(p) for key, p in self.params.items()}
            return [], 0.0
        dx, dh = self.back(t + 1, grad_out)
        cell = self.stack[t]
        first, dh = cell.backward(grad_out[:, t] + dh)
        for key, grad in cell.grads.items():
            self.grads[key] += grad
        return [first, *dx], dh


def variants(**conventions):
    parts = {"cells": Cells, "time_first": TimeFirst, "recursive": Recursive}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
