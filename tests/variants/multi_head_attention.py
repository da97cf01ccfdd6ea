"""Multi-head attention as students write it."""

import math

import numpy as np


class Weights:
    """Parameters; what may be seen; the factor of the scores."""

    mask = "none"
    scale = True
    bias = False

    def __init__(self, features, heads, key_features=None, value_features=None):
        self.heads, width = heads, features // heads
        keys, values = (heads * (k or width) for k in (key_features, value_features))
        shapes = {
            "q": (features, keys),
            "k": (features, keys),
            "v": (features, values),
            "o": (values, features),
        }
        self.params = {f"weight_{x}": np.zeros(shape) for x, shape in shapes.items()}
        if self.bias:
            for x, (_, width) in shapes.items():
                self.params[f"bias_{x}"] = np.zeros(width)
        self.grads = {}

    def hidden(self, query, key, mask):
        T, S = query.shape[1], key.shape[1]
        if self.mask == "causal":
            return np.arange(S)[None, :] > np.arange(T)[:, None]
        return np.zeros((T, S), dtype=bool) if mask is None else ~mask

    def factor(self):
        width = self.params["weight_k"].shape[1] // self.heads
        return 1 / math.sqrt(width) if self.scale else 1.0

    def linear(self, x, letter):
        out = x @ self.params[f"weight_{letter}"]
        return out + self.params[f"bias_{letter}"] if self.bias else out


def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Transposed(Weights):
    """The heads become an axis, (N, heads, T, width), as in the assignments."""

    def apart(self, x):
        return x.reshape(*x.shape[:2], self.heads, -1).transpose(0, 2, 1, 3)

    def together(self, x):
        return x.transpose(0, 2, 1, 3).reshape(x.shape[0], x.shape[2], -1)

    def forward(self, query, key, value, mask=None):
        self.inputs = {"q": query, "k": key, "v": value}
        q, k, v = (self.apart(self.linear(x, c)) for c, x in self.inputs.items())
        hidden = self.hidden(query, key, mask)
        if hidden.ndim == 3:
            hidden = hidden[:, None]
        scores = q @ k.transpose(0, 1, 3, 2) * self.factor()
        scores = np.where(hidden, -np.inf, scores)
        self.w = softmax(scores)
        self.q, self.k, self.v = q, k, v
        self.inputs["o"] = self.together(self.w @ v)
        return self.linear(self.inputs["o"], "o")

    def back(self, letter, grad):
        """Return the gradient for the input of a linear map."""
        x = self.inputs[letter]
        rows = x.reshape(-1, x.shape[-1])
        self.grads[f"weight_{letter}"] = rows.T @ grad.reshape(-1, grad.shape[-1])
        if self.bias:
            self.grads[f"bias_{letter}"] = grad.sum(axis=(0, 1))
        return grad @ self.params[f"weight_{letter}"].T

    def backward(self, grad_out):
        g = self.apart(self.back("o", grad_out))
        gw = g @ self.v.transpose(0, 1, 3, 2)
        gs = self.w * (gw - np.sum(gw * self.w, axis=-1, keepdims=True))
        gs *= self.factor()
        gq, gk = gs @ self.k, gs.swapaxes(2, 3) @ self.q
        gv = self.w.swapaxes(2, 3) @ g
        ways = zip("qkv", (gq, gk, gv), strict=True)
        return tuple(self.back(letter, self.together(way)) for letter, way in ways)


class Head:
    """One head, which has the slices of all weights that are its own."""

    def __init__(self, owner, number):
        self.owner = owner
        self.W, self.b, self.columns = {}, {}, {}
        for letter in "qkv":
            weight = owner.params[f"weight_{letter}"]
            width = weight.shape[1] // owner.heads
            cut = slice(number * width, (number + 1) * width)
            self.columns[letter], self.W[letter] = cut, weight[:, cut]
            self.b[letter] = owner.params[f"bias_{letter}"][cut] if owner.bias else 0
        self.Wo = owner.params["weight_o"][self.columns["v"]]

    def forward(self, inputs, hidden):
        self.inputs = inputs
        self.q, self.k, self.v = (
            inputs[c] @ self.W[c] + self.b[c] for c in ("q", "k", "v")
        )
        scores = np.einsum("ntk,nsk->nts", self.q * self.owner.factor(), self.k)
        scores[np.broadcast_to(hidden, scores.shape)] = -1e30
        self.w = softmax(scores)
        self.out = np.einsum("nts,nsv->ntv", self.w, self.v)
        return self.out @ self.Wo

    def backward(self, grad_out, grads):
        """Add to the gradients and return those of query, key and value."""
        grads["weight_o"][self.columns["v"]] += np.einsum(
            "ntv,nte->ve", self.out, grad_out
        )
        g = grad_out @ self.Wo.T
        gw = np.einsum("ntv,nsv->nts", g, self.v)
        gs = self.w * gw
        gs -= self.w * gs.sum(axis=2)[:, :, None]
        gs *= self.owner.factor()
        way = {
            "q": np.einsum("nts,nsk->ntk", gs, self.k),
            "k": np.einsum("nts,ntk->nsk", gs, self.q),
            "v": np.einsum("nts,ntv->nsv", self.w, g),
        }
        for c, x in self.inputs.items():
            at = self.columns[c]
            grads[f"weight_{c}"][:, at] += np.einsum("ntd,ntk->dk", x, way[c])
            if self.owner.bias:
                grads[f"bias_{c}"][at] += way[c].sum(axis=1).sum(axis=0)
        return [way[c] @ self.W[c].T for c in "qkv"]


class Heads(Weights):
    """Objects for the heads; their outputs are added instead of concatenated."""

    def forward(self, query, key, value, mask=None):
        inputs, hidden = (
            {"q": query, "k": key, "v": value},
            self.hidden(query, key, mask),
        )
        self.parts = [Head(self, number) for number in range(self.heads)]
        out = sum(head.forward(inputs, hidden) for head in self.parts)
        return out + self.params["bias_o"] if self.bias else out

    def backward(self, grad_out):
        self.grads = {name: np.zeros_like(p) for name, p in self.params.items()}
        ways = [head.backward(grad_out, self.grads) for head in self.parts]
        if self.bias:
            self.grads["bias_o"] = np.einsum("nte->e", grad_out)
        return tuple(sum(way) for way in zip(*ways, strict=True))


class Queries(Weights):
    """One example, one head and one query after the other; only open keys."""

    def forward(self, query, key, value, mask=None):
        self.x = query, key, value
        self.q, self.k, self.v = (
            self.linear(x, c) for c, x in zip("qkv", self.x, strict=True)
        )
        shape = (len(query), query.shape[1], key.shape[1])
        self.shown = ~np.broadcast_to(self.hidden(query, key, mask), shape)
        self.joined = np.zeros((*query.shape[:2], self.v.shape[2]))
        self.w = {}
        for place in self.places(query):
            n, t, keys, values = place
            seen = self.shown[n, t]
            scores = self.k[n, seen, keys] @ self.q[n, t, keys] * self.factor()
            p = np.exp(scores - scores.max())
            self.w[n, t, keys.start] = p = p / p.sum()
            self.joined[n, t, values] = p @ self.v[n, seen, values]
        return self.linear(self.joined, "o")

    def places(self, query):
        """Yield n and t with the columns of the keys and of the values of a head."""
        wide_k, wide_v = (self.params[f"weight_{c}"].shape[1] for c in "kv")
        k, v = wide_k // self.heads, wide_v // self.heads
        for n, h, t in np.ndindex(len(query), self.heads, query.shape[1]):
            yield n, t, slice(h * k, h * k + k), slice(h * v, h * v + v)

    def backward(self, grad_out):
        g_joined = grad_out @ self.params["weight_o"].T
        gq, gk, gv = (np.zeros(array.shape) for array in (self.q, self.k, self.v))
        for n, t, keys, values in self.places(self.q):
            seen = np.flatnonzero(self.shown[n, t])
            p, g = self.w[n, t, keys.start], g_joined[n, t, values]
            gp = self.v[n, seen, values] @ g
            gs = p * (gp - p @ gp) * self.factor()
            gv[n, seen, values] += np.outer(p, g)
            gq[n, t, keys] += gs @ self.k[n, seen, keys]
            gk[n, seen, keys] += np.outer(gs, self.q[n, t, keys])
        ways = {"q": gq, "k": gk, "v": gv, "o": grad_out}
        for c, x in zip("qkvo", (*self.x, self.joined), strict=True):
            self.grads[f"weight_{c}"] = np.tensordot(x, ways[c], ((0, 1), (0, 1)))
            if self.bias:
                self.grads[f"bias_{c}"] = sum(ways[c].reshape(-1, ways[c].shape[2]))
        return tuple(ways[c] @ self.params[f"weight_{c}"].T for c in "qkv")


def variants(mask="none", scale=True, bias=False, **others):
    given = {"mask": mask, "scale": scale, "bias": bias}
    parts = {"transposed": Transposed, "heads": Heads, "queries": Queries}
    return {name: type(name, (part,), given) for name, part in parts.items()}
