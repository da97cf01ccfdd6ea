"""Scaled dot-product attention as students write it."""

import math

import numpy as np


class Attention:
    """What may be seen, as an array that fits to the scores."""

    mask = "none"
    scale = True

    def allowed(self, query, key, mask):
        if self.mask == "causal":
            return np.tril(np.ones((query.shape[-2], key.shape[-2]), dtype=bool))
        return np.array(True) if mask is None else mask

    def factor(self, width):
        return 1 / math.sqrt(width) if self.scale else 1.0


class Batched(Attention):
    """Products of stacks of matrices; what is hidden gets minus infinity."""

    def forward(self, query, key, value, mask=None):
        self.inputs = query, key, value
        scores = query @ key.swapaxes(-1, -2) * self.factor(query.shape[-1])
        scores = np.where(self.allowed(query, key, mask), scores, -np.inf)
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        self.weights = e / e.sum(axis=-1, keepdims=True)
        return self.weights @ value

    def backward(self, grad_out):
        query, key, value = self.inputs
        w = self.weights
        dw = grad_out @ value.swapaxes(-1, -2)
        ds = w * (dw - (w * dw).sum(axis=-1, keepdims=True))
        ds = ds * self.factor(query.shape[-1])
        return ds @ key, ds.swapaxes(-1, -2) @ query, w.swapaxes(-1, -2) @ grad_out


class Queries(Attention):
    """One query of one example after the other, with the Jacobian of the softmax."""

    def forward(self, query, key, value, mask=None):
        self.inputs = query, key, value
        N, T, K = query.shape
        seen = np.broadcast_to(self.allowed(query, key, mask), (N, T, key.shape[1]))
        self.root = math.sqrt(K) if self.scale else 1
        self.weights = np.zeros(seen.shape)
        out = np.zeros((N, T, value.shape[2]))
        for n, t in np.ndindex(N, T):
            open_keys = np.flatnonzero(seen[n, t])
            scores = key[n, open_keys] @ query[n, t] / self.root
            log_sum = scores.max() + np.log(np.exp(scores - scores.max()).sum())
            self.weights[n, t, open_keys] = np.exp(scores - log_sum)
            for s in open_keys:
                out[n, t] += self.weights[n, t, s] * value[n, s]
        return out

    def backward(self, grad_out):
        query, key, value = self.inputs
        dq, dk, dv = (np.zeros(array.shape) for array in self.inputs)
        for n, t in np.ndindex(*query.shape[:2]):
            w = self.weights[n, t]
            jacobian = np.diag(w) - np.outer(w, w)
            d_scores = jacobian @ (value[n] @ grad_out[n, t]) / self.root
            dq[n, t] = d_scores @ key[n]
            dk[n] += np.outer(d_scores, query[n, t])
            dv[n] += np.outer(w, grad_out[n, t])
        return dq, dk, dv


class Additive(Attention):
    """Einsum; the mask is a large negative number that is added, in place."""

    def forward(self, query, key, value, mask=None):
        hidden = ~self.allowed(query, key, mask)
        self.query = query * self.factor(query.shape[-1])
        self.key, self.value = key, value
        e = np.einsum("ntk,nsk->nts", self.query, key)
        e += -1e9 * hidden
        e -= e.max(axis=2)[:, :, None]
        np.exp(e, out=e)
        e /= np.einsum("nts->nt", e)[..., None]
        self.out, self.w = np.einsum("nts,nsv->ntv", e, value), e
        return self.out.copy()

    def backward(self, grad_out):
        # The mean of each row is also grad_out times out.
        means = np.einsum("ntv,ntv->nt", grad_out, self.out)
        dw = np.einsum("ntv,nsv->nts", grad_out, self.value)
        ds = self.w * (dw - means[:, :, None])
        dq = np.einsum("nts,nsk->ntk", ds, self.key)
        dk = np.einsum("nts,ntk->nsk", ds, self.query)
        dv = np.einsum("nts,ntv->nsv", self.w, grad_out)
        return dq * self.factor(dq.shape[-1]), dk, dv


def variants(**conventions):
    parts = {"batched": Batched, "queries": Queries, "additive": Additive}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
