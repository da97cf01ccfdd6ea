"""The squared error as students write it."""

import numpy as np


class Textbook:
    """Squares of the difference and a factor."""

    scaling = "mean"

    def forward(self, predictions, targets):
        self.d = predictions - targets
        N, K = self.d.shape
        self.f = {
            "mean": 1 / (N * K),
            "half_mean": 1 / (2 * N * K),
            "example_mean": 1 / N,
            "half_example_mean": 1 / (2 * N),
            "sum": 1,
            "half_sum": 1 / 2,
        }[self.scaling]
        return self.f * np.sum(self.d**2)

    def backward(self):
        return 2 * self.f * self.d


class Means:
    """Averages over one axis after the other."""

    scaling = "mean"

    def forward(self, predictions, targets):
        self.error = np.subtract(targets, predictions)
        squares = np.square(self.error)
        whole = self.scaling.removeprefix("half_")
        rows = squares.mean(axis=-1) if whole == "mean" else squares.sum(axis=-1)
        loss = rows.sum() if whole == "sum" else rows.mean()
        return loss / 2 if self.scaling.startswith("half") else loss

    def backward(self):
        grad = -self.error
        if not self.scaling.startswith("half"):
            grad = grad + grad
        if self.scaling.endswith("sum"):
            return grad
        grad = grad / len(grad)
        return grad if "example" in self.scaling else grad / grad.shape[1]


class Norm:
    """The squared norm of one long vector."""

    scaling = "mean"

    def forward(self, predictions, targets):
        long = (predictions - targets).ravel()
        count = {"sum": 1, "example_mean": len(predictions)}
        whole = self.scaling.replace("half_", "")
        self.divisor = count.get(whole, long.size)
        self.shape, self.long = predictions.shape, long
        self.half = "half" in self.scaling
        norm = np.linalg.norm(long)
        return norm * norm / (self.divisor * (1 + self.half))

    def backward(self):
        return (self.long * (2 - self.half) / self.divisor).reshape(self.shape)


class Loops:
    """The square multiplied out, entry by entry."""

    scaling = "mean"

    def forward(self, predictions, targets):
        half = 0.5 if self.scaling[:4] == "half" else 1.0
        entries = predictions.size if self.scaling in ("mean", "half_mean") else 1
        examples = len(predictions) if self.scaling.endswith("example_mean") else 1
        weight = half / entries / examples
        total = 0.0
        self.grad = np.zeros(predictions.shape)
        for n, row in enumerate(predictions):
            for k, p in enumerate(row):
                y = targets[n, k]
                total += (p - y) * (p - y)
                self.grad[n, k] = 2 * weight * p - 2 * weight * y
        return weight * total

    def backward(self):
        return self.grad


def variants(**conventions):
    parts = {"textbook": Textbook, "means": Means, "norm": Norm, "loops": Loops}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
