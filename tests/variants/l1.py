"""The absolute error as students write it."""

import numpy as np


class Textbook:
    """``abs`` and ``sign``."""

    reduction = "mean"

    def forward(self, predictions, targets):
        self.d = predictions - targets
        self.n = self.d.size if self.reduction == "mean" else len(self.d)
        if self.reduction == "sum":
            self.n = 1
        return np.abs(self.d).sum() / self.n

    def backward(self):
        return np.sign(self.d) / self.n


class Larger:
    """The larger minus the smaller; averages of averages."""

    reduction = "mean"

    def forward(self, predictions, targets):
        self.above = predictions > targets
        self.below = predictions < targets
        gap = np.maximum(predictions, targets) - np.minimum(predictions, targets)
        if self.reduction == "mean":
            return gap.mean(axis=1).mean()
        each = gap.sum(axis=1)
        return each.mean() if self.reduction == "example_mean" else each.sum()

    def backward(self):
        grad = self.above.astype(float) - self.below
        if self.reduction != "sum":
            grad /= len(grad)
        if self.reduction == "mean":
            grad /= grad.shape[1]
        return grad


class Loops:
    """One difference after the other."""

    reduction = "mean"

    def forward(self, predictions, targets):
        shares = {"sum": 1.0, "example_mean": 1 / len(targets)}
        share = shares.get(self.reduction, 1 / targets.size)
        self.grad, total = np.zeros_like(predictions), 0.0
        for place in np.ndindex(predictions.shape):
            difference = predictions[place] - targets[place]
            if difference > 0:
                total += share * difference
                self.grad[place] = share
            elif difference < 0:
                total -= share * difference
                self.grad[place] = -share
        return total

    def backward(self):
        return self.grad


def variants(**conventions):
    parts = {"textbook": Textbook, "larger": Larger, "loops": Loops}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
