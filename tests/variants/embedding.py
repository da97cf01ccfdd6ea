"""The table that maps indices to vectors as students write it."""

import numpy as np


class Table:
    """What all of them have: small random vectors."""

    def __init__(self, num_embeddings, embedding_dim):
        start = np.random.normal(0, 0.1, (num_embeddings, embedding_dim))
        self.params = {"weight": start}
        self.grads = {"weight": np.zeros_like(start)}


class AddAt(Table):
    """Indexing, and np.add.at back, which counts repeated indices."""

    def forward(self, indices):
        self.indices = indices
        return self.params["weight"][indices]

    def backward(self, grad_out):
        grad = np.zeros_like(self.params["weight"])
        np.add.at(grad, self.indices, grad_out)
        self.grads["weight"] = grad
        return ()


class OneHot(Table):
    """A linear layer on one-hot rows."""

    def forward(self, indices):
        weight = self.params["weight"]
        self.hot = np.eye(len(weight), dtype=weight.dtype)[indices.ravel()]
        return (self.hot @ weight).reshape(*indices.shape, weight.shape[1])

    def backward(self, grad_out):
        rows = grad_out.reshape(len(self.hot), -1)
        self.grads["weight"] = self.hot.T @ rows


class Loops(Table):
    """Place by place."""

    def forward(self, indices):
        self.indices = indices.tolist()
        weight = self.params["weight"]
        return np.array([[weight[v] for v in row] for row in self.indices])

    def backward(self, grad_out):
        self.grads["weight"] = np.zeros(self.params["weight"].shape)
        for n, row in enumerate(self.indices):
            for t, v in enumerate(row):
                self.grads["weight"][v] += grad_out[n, t]


class Sorted(Table):
    """Sort the places by index and add up stretches of the same index."""

    def forward(self, indices):
        self.flat = np.reshape(indices, -1)
        out = np.take(self.params["weight"], self.flat, axis=0)
        return np.reshape(out, (*np.shape(indices), -1))

    def backward(self, grad_out):
        order = np.argsort(self.flat, kind="stable")
        used, starts = np.unique(self.flat[order], return_index=True)
        rows = grad_out.reshape(-1, grad_out.shape[-1])[order]
        self.grads["weight"][:] = 0
        self.grads["weight"][used] = np.add.reduceat(rows, starts, axis=0)
        return ()


class Counted(Table):
    """np.bincount with weights, one feature after the other."""

    def forward(self, indices):
        self.indices = indices
        features = [column[indices] for column in self.params["weight"].T]
        return np.stack(features, axis=-1)

    def backward(self, grad_out):
        size = len(self.params["weight"])
        at = self.indices.flatten()
        columns = [
            np.bincount(at, weights=grad_out[..., d].flatten(), minlength=size)
            for d in range(grad_out.shape[-1])
        ]
        self.grads["weight"] = np.array(columns).T


def variants():
    return {
        "add_at": AddAt,
        "one_hot": OneHot,
        "loops": Loops,
        "sorted": Sorted,
        "counted": Counted,
    }
