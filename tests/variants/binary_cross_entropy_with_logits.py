"""Binary cross-entropy of logits as students write it."""

from math import exp, log1p

import numpy as np


class Stable:
    """The formula with max and log1p, sigmoid by the sign."""

    reduction = "mean"

    def forward(self, logits, targets):
        self.z, self.y = logits, targets
        losses = np.maximum(logits, 0) - targets * logits
        losses = losses + np.log1p(np.exp(-np.abs(logits)))
        counts = {"mean": logits.size, "example_mean": len(logits), "sum": 1}
        self.count = counts[self.reduction]
        return losses.sum() / self.count

    def backward(self):
        e = np.exp(-np.abs(self.z))
        p = np.where(self.z >= 0, 1, e) / (1 + e)
        return (p - self.y) / self.count


class LogAddExp:
    """logaddexp for the loss, tanh for the sigmoid."""

    reduction = "mean"

    def forward(self, logits, targets):
        self.saved = logits, targets
        positive = targets * np.logaddexp(0, -logits)
        negative = (1 - targets) * np.logaddexp(0, logits)
        return self.reduced((positive + negative).sum())

    def backward(self):
        logits, targets = self.saved
        return self.reduced(0.5 + 0.5 * np.tanh(0.5 * logits) - targets)

    def reduced(self, value):
        rows, columns = self.saved[0].shape
        if self.reduction == "mean":
            return value / (rows * columns)
        return value / rows if self.reduction == "example_mean" else value


class TwoClasses:
    """A softmax over the logit and zero."""

    reduction = "mean"

    def forward(self, logits, targets):
        pair = np.stack([np.zeros_like(logits), logits], axis=-1)
        wanted = np.stack([1 - targets, targets], axis=-1)
        pair -= pair.max(axis=-1, keepdims=True)
        log_p = pair - np.log(np.exp(pair).sum(axis=-1, keepdims=True))
        self.difference = (np.exp(log_p) - wanted)[..., 1]
        losses = -(wanted * log_p).sum(axis=-1)
        by_name = {
            "mean": losses.mean(),
            "example_mean": losses.sum(axis=1).mean(),
            "sum": losses.sum(),
        }
        return by_name[self.reduction]

    def backward(self):
        d = self.difference
        if self.reduction == "sum":
            return d
        return d / (d.size if self.reduction == "mean" else len(d))


class Loops:
    """One logit after the other, with the sign that makes the target 1."""

    reduction = "mean"

    def forward(self, logits, targets):
        total, self.grad = 0.0, np.empty_like(logits)
        self.factor = {"mean": logits.size, "example_mean": logits.shape[0]}
        self.factor = 1.0 / self.factor.get(self.reduction, 1)
        for place, z in np.ndenumerate(logits):
            sign = 1.0 if targets[place] == 1 else -1.0
            z = float(z) * sign
            small = exp(-abs(z))
            total += log1p(small) + max(-z, 0.0)
            missing = 1 / (1 + small) if z < 0 else small / (1 + small)
            self.grad[place] = -sign * missing * self.factor
        return total * self.factor

    def backward(self):
        return self.grad


def variants(**conventions):
    parts = {
        "stable": Stable,
        "log_add_exp": LogAddExp,
        "two_classes": TwoClasses,
        "loops": Loops,
    }
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
