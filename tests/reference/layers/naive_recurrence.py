"""Recurrent steps as lectures print them: scalar loops over rows, columns and time.

Every step takes and returns nested lists. A backward returns the gradients under the
names of what they belong to; those of parameters are sums over the batch.
"""

import math


def logistic(number):
    return 1.0 / (1.0 + math.exp(-number))


def product(one, other):
    return [
        [
            sum(row[k] * other[k][column] for k in range(len(other)))
            for column in range(len(other[0]))
        ]
        for row in one
    ]


def transposed(matrix):
    return [list(column) for column in zip(*matrix, strict=True)]


def added(one, other):
    return [
        [a + b for a, b in zip(left, right, strict=True)]
        for left, right in zip(one, other, strict=True)
    ]


def affine(x, h, p):
    """Return ``x Wx + h Wh + b``."""
    return [
        [number + bias for number, bias in zip(row, p["bias"], strict=True)]
        for row in added(product(x, p["weight_x"]), product(h, p["weight_h"]))
    ]


def affine_backward(x, h, p, da):
    return {
        "x": product(da, transposed(p["weight_x"])),
        "h": product(da, transposed(p["weight_h"])),
        "weight_x": product(transposed(x), da),
        "weight_h": product(transposed(h), da),
        "bias": [sum(column) for column in transposed(da)],
    }


def rnn_step(x, h, p, nonlinearity):
    """CS231n, assignment 3: ``next_h = tanh(x Wx + prev_h Wh + b)``."""
    squash = math.tanh if nonlinearity == "tanh" else lambda a: max(a, 0.0)
    return [[squash(a) for a in row] for row in affine(x, h, p)]


def rnn_step_backward(dnext_h, x, h, p, nonlinearity):
    next_h = rnn_step(x, h, p, nonlinearity)
    da = [
        [
            d * (1.0 - value**2 if nonlinearity == "tanh" else float(value > 0))
            for d, value in zip(drow, row, strict=True)
        ]
        for drow, row in zip(dnext_h, next_h, strict=True)
    ]
    return affine_backward(x, h, p, da)


def lstm_step(x, h, c, p, order):
    """CS231n, assignment 3: ``c = f c + i g``, ``h = o tanh(c)``."""
    next_h, next_c = [], []
    for n, row in enumerate(affine(x, h, p)):
        width = len(row) // 4
        c_row, h_row = [], []
        for j in range(width):
            i, f, o, g = lstm_gates(row, j, width, order)
            c_row.append(f * c[n][j] + i * g)
            h_row.append(o * math.tanh(c_row[-1]))
        next_h.append(h_row)
        next_c.append(c_row)
    return next_h, next_c


def lstm_gates(row, unit, width, order):
    sums = {gate: row[order.index(gate) * width + unit] for gate in "ifog"}
    return *(logistic(sums[gate]) for gate in "ifo"), math.tanh(sums["g"])


def lstm_step_backward(dnext_h, dnext_c, x, h, c, p, order):
    sums = affine(x, h, p)
    _, next_c = lstm_step(x, h, c, p, order)
    width = len(c[0])
    da = [[0.0] * (4 * width) for _ in x]
    dc = [[0.0] * width for _ in x]
    for n, row in enumerate(sums):
        for j in range(width):
            i, f, o, g = lstm_gates(row, j, width, order)
            s = math.tanh(next_c[n][j])
            total = dnext_c[n][j] + dnext_h[n][j] * o * (1.0 - s**2)
            gradients = {
                "i": total * g * i * (1.0 - i),
                "f": total * c[n][j] * f * (1.0 - f),
                "o": dnext_h[n][j] * s * o * (1.0 - o),
                "g": total * i * (1.0 - g**2),
            }
            for gate, value in gradients.items():
                da[n][order.index(gate) * width + j] = value
            dc[n][j] = total * f
    return affine_backward(x, h, p, da) | {"c": dc}


class GRUExample:
    """One example through the gated recurrent unit, in the letters of CMU 11-785.

    ``r = s(Wrx x + brx + Wrh h + brh)``, ``z`` likewise. With the reset afterwards
    ``n = tanh(Wnx x + bnx + r (Wnh h + bnh))``, as in homework 3 part 1; before, as in
    Cho et al., ``n = tanh(Wnx x + bnx + Wnh (r h))``.
    """

    def __init__(self, x, h, p, reset, update):
        self.x, self.h, self.p = x, h, p
        self.reset, self.update = reset, update
        self.width = len(h)
        units = range(self.width)
        self.r = [logistic(self.from_x(0, j) + self.from_h(0, j, h)) for j in units]
        self.z = [logistic(self.from_x(1, j) + self.from_h(1, j, h)) for j in units]
        if reset == "after":
            self.inner = [self.from_h(2, j, h) for j in units]
            self.left = h
            from_h = [self.r[j] * self.inner[j] for j in units]
        else:
            self.inner = h
            self.left = [self.r[j] * h[j] for j in units]
            from_h = [self.from_h(2, j, self.left) for j in units]
        self.n = [math.tanh(self.from_x(2, j) + from_h[j]) for j in units]

    def from_x(self, gate, unit):
        column = gate * self.width + unit
        total = self.p["bias"][column]
        for d, value in enumerate(self.x):
            total += value * self.p["weight_x"][d][column]
        return total

    def from_h(self, gate, unit, state):
        column = gate * self.width + unit
        total = self.p["bias_h"][column] if self.reset == "after" else 0.0
        for k, value in enumerate(state):
            total += value * self.p["weight_h"][k][column]
        return total

    def next_h(self):
        """Mix as in homework 3 part 1, or with the gate the other way round."""
        mixed = []
        for z, n, h in zip(self.z, self.n, self.h, strict=True):
            if self.update == "keeps_old":
                mixed.append((1.0 - z) * n + z * h)
            else:
                mixed.append((1.0 - z) * h + z * n)
        return mixed

    def backward(self, delta, grads):
        """Add to the gradients of parameters; return those for x and h."""
        width, units = self.width, range(self.width)
        p, r, z, n, h = self.p, self.r, self.z, self.n, self.h
        old = self.update == "keeps_old"
        dh = [delta[j] * (z[j] if old else 1.0 - z[j]) for j in units]
        dz = [delta[j] * ((h[j] - n[j]) if old else (n[j] - h[j])) for j in units]
        dn = [delta[j] * ((1.0 - z[j]) if old else z[j]) for j in units]
        sum_n = [dn[j] * (1.0 - n[j] ** 2) for j in units]
        scaled = [sum_n[j] * r[j] if self.reset == "after" else sum_n[j] for j in units]
        dleft = [
            sum(scaled[j] * p["weight_h"][k][2 * width + j] for j in units)
            for k in units
        ]
        dr = [
            (sum_n[k] if self.reset == "after" else dleft[k]) * self.inner[k]
            for k in units
        ]
        for k in units:
            dh[k] += dleft[k] * (1.0 if self.reset == "after" else r[k])
        sum_r = [dr[j] * r[j] * (1.0 - r[j]) for j in units]
        sum_z = [dz[j] * z[j] * (1.0 - z[j]) for j in units]
        for k in units:
            for j in units:
                dh[k] += sum_r[j] * p["weight_h"][k][j]
                dh[k] += sum_z[j] * p["weight_h"][k][width + j]
                grads["weight_h"][k][j] += h[k] * sum_r[j]
                grads["weight_h"][k][width + j] += h[k] * sum_z[j]
                grads["weight_h"][k][2 * width + j] += self.left[k] * scaled[j]
        dx = [0.0] * len(self.x)
        for column, value in enumerate([*sum_r, *sum_z, *sum_n]):
            grads["bias"][column] += value
            for d in range(len(dx)):
                dx[d] += value * p["weight_x"][d][column]
                grads["weight_x"][d][column] += self.x[d] * value
        if self.reset == "after":
            for column, value in enumerate([*sum_r, *sum_z, *scaled]):
                grads["bias_h"][column] += value
        return dx, dh


def gru_step(x, h, p, reset, update):
    return [
        GRUExample(one, state, p, reset, update).next_h()
        for one, state in zip(x, h, strict=True)
    ]


def gru_step_backward(dnext_h, x, h, p, reset, update):
    names = p if reset == "after" else [name for name in p if name != "bias_h"]
    grads = {name: zeros_like(p[name]) for name in names}
    rows = [
        GRUExample(one, state, p, reset, update).backward(delta, grads)
        for one, state, delta in zip(x, h, dnext_h, strict=True)
    ]
    return grads | {"x": [dx for dx, _ in rows], "h": [dh for _, dh in rows]}


def zeros_like(nested):
    if isinstance(nested, list):
        return [zeros_like(part) for part in nested]
    return 0.0


def accumulate(total, part):
    """Add nested lists entry by entry."""
    if isinstance(part, list):
        return [accumulate(a, b) for a, b in zip(total, part, strict=True)]
    return total + part


def sequence(step, x, states):
    """Return the first state after each step: CS231n, ``rnn_forward``.

    Parameters
    ----------
    step
        Maps one element of the sequences and the states to the next states, a list.
    x
        Nested lists (N, T, D).
    """
    out = []
    for element in transposed(x):
        states = step(element, states)
        out.append(states[0])
    return transposed(out)


def sequence_backward(step, backward, dout, x, states, names):
    """Go back through time: CS231n, ``rnn_backward``.

    Parameters
    ----------
    backward
        Maps the gradients for the next states, an element and the states before to
        gradients by name.
    names
        Names of the states, such as ``["h"]``.
    """
    before = [states]
    for element in transposed(x):
        before.append(step(element, before[-1]))
    carried = [zeros_like(state) for state in states]
    dx, sums = [], None
    for t in reversed(range(len(x[0]))):
        carried[0] = added(carried[0], transposed(dout)[t])
        found = backward(carried, transposed(x)[t], before[t])
        dx.insert(0, found.pop("x"))
        carried = [found.pop(name) for name in names]
        if sums is None:
            sums = found
        else:
            sums = {name: accumulate(sums[name], found[name]) for name in found}
    starts = {f"{name}0": d for name, d in zip(names, carried, strict=True)}
    return sums | {"x": transposed(dx)} | starts
