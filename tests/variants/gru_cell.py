"""One step of a gated recurrent unit as students write it."""

import numpy as np


class Cell:
    """The parameters; columns of r, z and n."""

    reset = "before"
    update = "keeps_old"

    def __init__(self, in_features, hidden_features):
        self.hidden = hidden_features
        self.params = {
            "weight_x": np.zeros((in_features, 3 * hidden_features)),
            "weight_h": np.zeros((hidden_features, 3 * hidden_features)),
            "bias": np.zeros(3 * hidden_features),
        }
        if self.reset == "after":
            self.params["bias_h"] = np.zeros(3 * hidden_features)
        self.grads = {}


class Blocks(Cell):
    """Products for all blocks, which are then cut."""

    def forward(self, x, h):
        p, k = self.params, self.hidden
        from_x = x @ p["weight_x"] + p["bias"]
        from_h = h @ p["weight_h"] + p.get("bias_h", 0)
        gates = 1 / (1 + np.exp(-(from_x + from_h)[:, : 2 * k]))
        r, z = gates[:, :k], gates[:, k:]
        if self.reset == "before":
            last = (r * h) @ p["weight_h"][:, 2 * k :]
        else:
            last = r * from_h[:, 2 * k :]
        n = np.tanh(from_x[:, 2 * k :] + last)
        self.cache = x, h, r, z, n, from_h[:, 2 * k :]
        if self.update == "keeps_old":
            return (1 - z) * n + z * h
        return (1 - z) * h + z * n

    def backward(self, grad):
        x, h, r, z, n, inner = self.cache
        p, k = self.params, self.hidden
        old = z if self.update == "keeps_old" else 1 - z
        dn = grad * (1 - old) * (1 - n**2)
        dz = grad * (h - n) * z * (1 - z)
        if self.update == "keeps_new":
            dz = -dz
        if self.reset == "before":
            q = dn @ p["weight_h"][:, 2 * k :].T
            dr = q * h * r * (1 - r)
            last, straight = (r * h).T @ dn, q * r
            dh_sums = np.hstack([dr, dz, np.zeros_like(dn)])
        else:
            dr = dn * inner * r * (1 - r)
            last, straight = h.T @ (dn * r), 0
            dh_sums = np.hstack([dr, dz, dn * r])
            self.grads["bias_h"] = dh_sums.sum(axis=0)
        sums = np.hstack([dr, dz, dn])
        self.grads["weight_x"] = x.T @ sums
        self.grads["weight_h"] = np.hstack([h.T @ dr, h.T @ dz, last])
        self.grads["bias"] = sums.sum(axis=0)
        dh = grad * old + dh_sums @ p["weight_h"].T + straight
        return sums @ p["weight_x"].T, dh


class Staged(Cell):
    """Line by line with nine small matrices, and backward line by line again."""

    def forward(self, x, h):
        W, U, b, c = self.small()
        r = self.logistic(x @ W[0] + b[0] + h @ U[0] + c[0])
        z = self.logistic(x @ W[1] + b[1] + h @ U[1] + c[1])
        inner = r * h if self.reset == "before" else h @ U[2] + c[2]
        outer = inner @ U[2] if self.reset == "before" else r * inner
        n = np.tanh(x @ W[2] + b[2] + outer)
        self.line = x, h, r, z, n, inner
        keep, other = (h, n) if self.update == "keeps_old" else (n, h)
        return other + z * (keep - other)

    def small(self):
        names = ("weight_x", "weight_h", "bias", "bias_h")
        found = [self.params.get(name) for name in names]
        return [
            [0.0] * 3 if p is None else np.split(p, 3, axis=p.ndim - 1) for p in found
        ]

    @staticmethod
    def logistic(a):
        return (1 + np.tanh(a / 2)) / 2

    def backward(self, grad):
        x, h, r, z, n, inner = self.line
        W, U, _, _ = self.small()
        gz = grad * (h - n if self.update == "keeps_old" else n - h)
        gn = grad * (1 - z) if self.update == "keeps_old" else grad * z
        gh = grad - gn
        an = gn * (1 - n) * (1 + n)
        if self.reset == "before":
            g_inner = an @ U[2].T
            gr, gU2 = g_inner * h, inner.T @ an
            gh = gh + g_inner * r
        else:
            g_inner = an * r
            gr, gU2 = an * inner, h.T @ g_inner
            gh = gh + g_inner @ U[2].T
        ar, az = gr * r * (1 - r), gz * z * (1 - z)
        gh = gh + ar @ U[0].T + az @ U[1].T
        gx = ar @ W[0].T + az @ W[1].T + an @ W[2].T
        join = np.concatenate
        self.grads["weight_x"] = join([x.T @ a for a in (ar, az, an)], axis=1)
        self.grads["weight_h"] = join([h.T @ ar, h.T @ az, gU2], axis=1)
        self.grads["bias"] = join([a.sum(0) for a in (ar, az, an)])
        if self.reset == "after":
            self.grads["bias_h"] = join([a.sum(0) for a in (ar, az, g_inner)])
        return gx, gh


class Vectors(Cell):
    """Examples one by one, with einsum over the blocks as an axis of their own."""

    def forward(self, x, h):
        self.memory = [self.step(*pair) for pair in zip(x, h, strict=True)]
        return np.array([one["new"] for one in self.memory])

    def blocks(self, name):
        p = self.params[name]
        return p.reshape(*p.shape[:-1], 3, self.hidden)

    def step(self, x, h):
        a = np.einsum("d,dbk->bk", x, self.blocks("weight_x")) + self.blocks("bias")
        u = self.blocks("weight_h")
        b = np.einsum("j,jbk->bk", h, u)
        if self.reset == "after":
            b = b + self.blocks("bias_h")
        r, z = np.exp(-np.logaddexp(0.0, -(a + b)[:2]))
        last = r * b[2] if self.reset == "after" else np.dot(r * h, u[:, 2])
        n = np.tanh(a[2] + last)
        old = z if self.update == "keeps_old" else 1 - z
        new = old * h + (1 - old) * n
        return {"x": x, "h": h, "r": r, "z": z, "n": n, "p": b[2], "new": new}

    def backward(self, grad):
        self.sums = {name: np.zeros(self.blocks(name).shape) for name in self.params}
        pairs = [self.back(m, g) for m, g in zip(self.memory, grad, strict=True)]
        for name, total in self.sums.items():
            self.grads[name] = total.reshape(self.params[name].shape)
        return tuple(np.array(rows) for rows in zip(*pairs, strict=True))

    def back(self, m, g):
        h, r, z, n, u = m["h"], m["r"], m["z"], m["n"], self.blocks("weight_h")
        sign, old = (1, z) if self.update == "keeps_old" else (-1, 1 - z)
        dn = g * (1 - old) * (1 - n * n)
        dz = sign * g * (h - n) * (z - z * z)
        through = dn * m["p"] if self.reset == "after" else (u[:, 2] @ dn) * h
        sums = np.stack([through * r * (1 - r), dz, dn])
        seen = sums * np.stack([np.ones_like(r), np.ones_like(r), r])
        dh = g * old
        if self.reset == "after":
            self.sums["bias_h"] += seen
            self.sums["weight_h"] += np.einsum("j,bk->jbk", h, seen)
            dh = dh + np.einsum("bk,jbk->j", seen, u)
        else:
            self.sums["weight_h"][:, :2] += np.einsum("j,bk->jbk", h, sums[:2])
            self.sums["weight_h"][:, 2] += np.outer(r * h, dn)
            dh = dh + np.einsum("bk,jbk->j", sums[:2], u[:, :2]) + r * (u[:, 2] @ dn)
        self.sums["weight_x"] += np.einsum("d,bk->dbk", m["x"], sums)
        self.sums["bias"] += sums
        return np.einsum("bk,dbk->d", sums, self.blocks("weight_x")), dh


def variants(**conventions):
    parts = {"blocks": Blocks, "staged": Staged, "vectors": Vectors}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
