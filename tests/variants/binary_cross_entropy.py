"""Binary cross-entropy of probabilities as students write it."""

from math import log

import numpy as np


class Textbook:
    """The formula with both logarithms."""

    reduction, clip = "mean", 0.0

    def forward(self, probabilities, targets):
        self.raw, self.y = probabilities, targets
        p = self.p = np.clip(probabilities, self.clip, 1 - self.clip)
        total = -np.sum(targets * np.log(p) + (1 - targets) * np.log(1 - p))
        counts = {"mean": p.size, "example_mean": len(p), "sum": 1}
        self.count = counts[self.reduction]
        return total / self.count

    def backward(self):
        grad = (self.p - self.y) / (self.p * (1 - self.p)) / self.count
        return np.where(self.raw == self.p, grad, 0.0)


class Chosen:
    """Only the logarithm of the class that it is."""

    reduction, clip = "mean", 0.0

    def forward(self, probabilities, targets):
        low, high = self.clip, 1 - self.clip
        self.inside = (probabilities >= low) & (probabilities <= high)
        self.positive = targets == 1
        p = np.minimum(np.maximum(probabilities, low), high)
        self.right = np.where(self.positive, p, 1 - p)
        losses = -np.log(self.right)
        if self.reduction == "mean":
            return losses.mean()
        per_example = losses.sum(axis=tuple(range(1, losses.ndim)))
        is_sum = self.reduction == "sum"
        return per_example.sum() if is_sum else per_example.mean()

    def backward(self):
        sign = np.where(self.positive, -1.0, 1.0)
        grad = sign / self.right * self.inside
        if self.reduction == "mean":
            grad /= grad.size
        elif self.reduction == "example_mean":
            grad /= grad.shape[0]
        return grad


class Loops:
    """One probability after the other."""

    reduction, clip = "mean", 0.0

    def forward(self, probabilities, targets):
        self.probabilities, self.targets = probabilities, targets
        self.factor = 1.0
        if self.reduction != "sum":
            self.factor /= len(probabilities)
        if self.reduction == "mean":
            self.factor /= probabilities[0].size
        total = 0.0
        for p, y in zip(probabilities.flat, targets.flat, strict=True):
            p = min(max(p, self.clip), 1 - self.clip)
            total -= y * log(p) + (1 - y) * log(1 - p)
        return total * self.factor

    def backward(self):
        grad = np.zeros_like(self.probabilities)
        for place in np.ndindex(grad.shape):
            p, y = self.probabilities[place], self.targets[place]
            if self.clip <= p <= 1 - self.clip:
                grad[place] = self.factor * ((1 - y) / (1 - p) - y / p)
        return grad


def variants(**conventions):
    parts = {"textbook": Textbook, "chosen": Chosen, "loops": Loops}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
