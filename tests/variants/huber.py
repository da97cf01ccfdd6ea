"""The Huber loss as students write it."""

import numpy as np


class Textbook:
    """Both branches with ``where``."""

    delta, form, reduction = 0.75, "huber", "mean"

    def forward(self, predictions, targets):
        self.d = predictions - targets
        size = np.abs(self.d)
        parabola, line = self.d**2 / 2, self.delta * (size - self.delta / 2)
        losses = np.where(size <= self.delta, parabola, line)
        if self.form == "smooth_l1":
            losses = losses / self.delta
        counts = {"mean": size.size, "example_mean": len(size), "sum": 1}
        self.count = counts[self.reduction]
        return np.sum(losses) / self.count

    def backward(self):
        grad = np.clip(self.d, -self.delta, self.delta)
        if self.form == "smooth_l1":
            grad = grad / self.delta
        return grad / self.count


class Split:
    """The clipped part of the difference and what is left of it."""

    delta, form, reduction = 0.75, "huber", "mean"

    def forward(self, predictions, targets):
        away = np.abs(predictions - targets)
        near = np.minimum(away, self.delta)
        self.slope = near * np.sign(predictions - targets)
        losses = 0.5 * near * near + self.delta * (away - near)
        self.scale = 1.0 if self.form == "huber" else 1.0 / self.delta
        if self.reduction == "mean":
            self.scale /= away.size
        if self.reduction == "example_mean":
            self.scale /= away.shape[0]
        return self.scale * losses.sum()

    def backward(self):
        return self.scale * self.slope


class Masks:
    """A mask for each part, filled in turn; rows averaged one by one."""

    delta, form, reduction = 0.75, "huber", "mean"

    def forward(self, predictions, targets):
        d = targets - predictions
        high, low = d > self.delta, d < -self.delta
        middle = ~(high | low)
        losses, self.grad = np.zeros_like(d), np.zeros_like(d)
        losses[high] = self.delta * d[high] - 0.5 * self.delta**2
        losses[low] = -self.delta * d[low] - 0.5 * self.delta**2
        losses[middle] = 0.5 * np.square(d[middle])
        self.grad[high], self.grad[low] = -self.delta, self.delta
        self.grad[middle] = -d[middle]
        if self.form != "huber":
            losses, self.grad = losses / self.delta, self.grad / self.delta
        per_row = {"mean": losses.shape[1]}.get(self.reduction, 1)
        rows = 1 if self.reduction == "sum" else losses.shape[0]
        self.grad /= rows * per_row
        return sum(row.sum() / per_row for row in losses) / rows

    def backward(self):
        return self.grad


def variants(**conventions):
    parts = {"textbook": Textbook, "split": Split, "masks": Masks}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
