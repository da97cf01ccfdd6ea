"""The affine layer as students write it, with its bias apart, folded in or left out."""

import numpy as np


class Layer:
    """Parameters as ``bias`` says, with small random weights."""

    bias = "separate"

    def __init__(self, in_features, out_features):
        rows = in_features + self.bias.startswith("folded")
        self.params = {"weight": np.random.randn(rows, out_features) * 0.01}
        if self.bias == "separate":
            self.params["bias"] = np.zeros(out_features)
        self.grads = dict.fromkeys(self.params)


class Products(Layer):
    """Matrix products; a folded bias is a column of ones beside x."""

    def forward(self, x):
        ones = np.ones((len(x), 1))
        if self.bias == "folded_first":
            x = np.hstack([ones, x])
        if self.bias == "folded_last":
            x = np.hstack([x, ones])
        self.x = x
        out = x @ self.params["weight"]
        return out + self.params["bias"] if self.bias == "separate" else out

    def backward(self, grad_out):
        self.grads["weight"] = self.x.T @ grad_out
        if self.bias == "separate":
            self.grads["bias"] = np.sum(grad_out, axis=0)
        grad_x = grad_out @ self.params["weight"].T
        if self.bias == "folded_first":
            return grad_x[:, 1:]
        return grad_x[:, :-1] if self.bias == "folded_last" else grad_x


class Einsum(Layer):
    """einsum; a folded weight is cut into weight and bias."""

    def cut(self):
        W = self.params["weight"]
        if self.bias == "folded_first":
            return W[1:], W[0]
        if self.bias == "folded_last":
            return W[:-1], W[-1]
        return W, self.params.get("bias", 0.0)

    def forward(self, x):
        self.x = x
        W, b = self.cut()
        return np.einsum("nd,dm->nm", x, W) + b

    def backward(self, grad_out):
        dW = np.einsum("nd,nm->dm", self.x, grad_out)
        db = np.einsum("nm->m", grad_out)
        if self.bias == "separate":
            self.grads["bias"] = db
        if self.bias.startswith("folded"):
            rows = [dW, db[None]] if self.bias == "folded_last" else [db[None], dW]
            dW = np.concatenate(rows)
        self.grads["weight"] = dW
        return np.einsum("nm,dm->nd", grad_out, self.cut()[0])


class Examples(Layer):
    """Column vectors, one example after the other; outer products are added up."""

    def column(self, row):
        if self.bias.startswith("folded"):
            row = np.insert(row, 0 if self.bias == "folded_first" else len(row), 1.0)
        return row.reshape(-1, 1)

    def forward(self, x):
        self.columns = [self.column(row) for row in x]
        outs = []
        for column in self.columns:
            z = self.params["weight"].T.dot(column)
            if "bias" in self.params:
                z = z + self.params["bias"].reshape(-1, 1)
            outs.append(z.ravel())
        return np.array(outs)

    def backward(self, grad_out):
        for name, value in self.params.items():
            self.grads[name] = np.zeros_like(value)
        rows = []
        for column, g in zip(self.columns, grad_out, strict=True):
            self.grads["weight"] += column @ g.reshape(1, -1)
            if "bias" in self.params:
                self.grads["bias"] += g
            row = self.params["weight"].dot(g)
            drop = {"folded_first": 0, "folded_last": -1}.get(self.bias)
            rows.append(row if drop is None else np.delete(row, drop))
        return np.stack(rows)


class Loops(Layer):
    """Every product written out; ``at`` is the row of the bias in the weight."""

    def forward(self, x):
        self.x, W = x, self.params["weight"]
        self.at = {"folded_first": 0, "folded_last": len(W) - 1}.get(self.bias)
        self.rows = [row for row in range(len(W)) if row != self.at]
        out = np.zeros((len(x), W.shape[1]))
        for n, m in np.ndindex(out.shape):
            for d, row in enumerate(self.rows):
                out[n, m] += x[n, d] * W[row, m]
            if self.at is not None:
                out[n, m] += W[self.at, m]
            elif self.bias == "separate":
                out[n, m] += self.params["bias"][m]
        return out

    def backward(self, grad_out):
        W = self.params["weight"]
        dx, dW, db = np.zeros_like(self.x), np.zeros_like(W), np.zeros(W.shape[1])
        for n, m in np.ndindex(grad_out.shape):
            db[m] += grad_out[n, m]
            for d, row in enumerate(self.rows):
                dW[row, m] += grad_out[n, m] * self.x[n, d]
                dx[n, d] += grad_out[n, m] * W[row, m]
        if self.at is not None:
            dW[self.at] = db
        self.grads = {"weight": dW, "bias": db}
        return dx


def variants(**conventions):
    parts = {
        "products": Products,
        "einsum": Einsum,
        "examples": Examples,
        "loops": Loops,
    }
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
