"""A multilayer perceptron whose biases are columns of its weights."""

import numpy as np


class Network:
    """Weights, and the activation of each layer."""

    activation = "tanh"
    output = "same"
    bias = "folded_first"

    def __init__(self, sizes):
        pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
        self.params = {
            f"weight_{layer}": np.zeros((rows, columns + 1))
            for layer, (rows, columns) in enumerate(pairs)
        }
        self.depth, self.grads = len(pairs), {}
        last = self.activation if self.output == "same" else self.output
        self.kinds = [self.activation] * (self.depth - 1) + [last]


class Columns(Network):
    """A column of ones is put beside each input."""

    def forward(self, x):
        self.inputs, self.outputs = [], []
        for W, kind in zip(self.params.values(), self.kinds, strict=True):
            one = np.ones((len(x), 1))
            order = [one, x] if self.bias == "folded_first" else [x, one]
            self.inputs.append(np.hstack(order))
            s = self.inputs[-1] @ W.T
            x = {"tanh": np.tanh, "sigmoid": self.logistic}.get(kind, np.array)(s)
            self.outputs.append(x)
        return x

    @staticmethod
    def logistic(s):
        return 1 / (1 + np.exp(-s))

    def backward(self, grad_out):
        for layer in reversed(range(self.depth)):
            o, W = self.outputs[layer], self.params[f"weight_{layer}"]
            slopes = {"tanh": 1 - o**2, "sigmoid": o * (1 - o), "identity": 1.0}
            delta = grad_out * slopes[self.kinds[layer]]
            self.grads[f"weight_{layer}"] = delta.T @ self.inputs[layer]
            back = delta @ W
            grad_out = back[:, 1:] if self.bias == "folded_first" else back[:, :-1]
        return grad_out


class Split(Network):
    """The column is taken off the weight, and joined again for its gradient."""

    def parts(self, layer):
        W = self.params[f"weight_{layer}"]
        if self.bias == "folded_first":
            return W[:, 1:], W[:, 0]
        return W[:, :-1], W[:, -1]

    def forward(self, x):
        self.steps = []
        for layer, kind in enumerate(self.kinds):
            W, b = self.parts(layer)
            s = np.einsum("nj,ij->ni", x, W) + b
            out, slope = self.value_and_slope(s, kind)
            self.steps.append((x, W, slope))
            x = out
        return x

    def value_and_slope(self, s, kind):
        if kind == "identity":
            return s, np.ones_like(s)
        e = np.exp(-np.abs(s) * (2 if kind == "tanh" else 1))
        if kind == "tanh":
            return np.copysign((1 - e) / (1 + e), s), 4 * e / (1 + e) ** 2
        return np.where(s < 0, e, 1) / (1 + e), e / (1 + e) / (1 + e)

    def backward(self, grad_out):
        for layer, (x, W, slope) in reversed(list(enumerate(self.steps))):
            delta = slope * grad_out
            gw = np.einsum("ni,nj->ij", delta, x)
            gb = np.einsum("ni->i", delta)
            place = 0 if self.bias == "folded_first" else gw.shape[1]
            self.grads[f"weight_{layer}"] = np.insert(gw, place, gb, axis=1)
            grad_out = np.einsum("ni,ij->nj", delta, W)
        return grad_out


class Vectors(Network):
    """One example after the other, recursively, as on the slide."""

    def forward(self, x):
        self.x = x
        return np.stack([self.outputs(row)[-1] for row in x])

    def with_one(self, o):
        one = np.ones(1, o.dtype)
        parts = (one, o) if self.bias == "folded_first" else (o, one)
        return np.concatenate(parts)

    def outputs(self, o):
        found = [o]
        for W, kind in zip(self.params.values(), self.kinds, strict=True):
            s = W.dot(self.with_one(found[-1]))
            if kind == "sigmoid":
                s = 0.5 * (np.tanh(0.5 * s) + 1)
            found.append(np.tanh(s) if kind == "tanh" else s)
        return found

    def derivative(self, o, kind):
        if kind == "tanh":
            return (1 + o) * (1 - o)
        return o - o * o if kind == "sigmoid" else o * 0 + 1

    def backward(self, grad_out):
        self.grads = {name: np.zeros(W.shape) for name, W in self.params.items()}
        rows = zip(self.x, grad_out, strict=True)
        return np.stack([self.back(self.outputs(x), g, self.depth) for x, g in rows])

    def back(self, outputs, grad, layer):
        if layer == 0:
            return grad
        name = f"weight_{layer - 1}"
        delta = grad * self.derivative(outputs[layer], self.kinds[layer - 1])
        self.grads[name] += np.outer(delta, self.with_one(outputs[layer - 1]))
        bias = 0 if self.bias == "folded_first" else -1
        without = np.delete(self.params[name], bias, axis=1)
        return self.back(outputs, without.T @ delta, layer - 1)


def variants(depth=2, **conventions):
    parts = {"columns": Columns, "split": Split, "vectors": Vectors}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
