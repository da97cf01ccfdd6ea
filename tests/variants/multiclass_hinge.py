"""The multiclass hinge loss as students write it."""

import numpy as np


class Vectorised:
    """Margins of all classes, the label's set to zero."""

    delta, reduction = 1.0, "mean"

    def forward(self, scores, labels):
        n = np.arange(len(scores))
        right = scores[n, labels][:, None]
        margins = np.maximum(0, scores - right + self.delta)
        margins[n, labels] = 0
        self.margins, self.labels = margins, labels
        self.count = len(scores) if self.reduction == "mean" else 1
        return margins.sum() / self.count

    def backward(self):
        grad = (self.margins > 0).astype(float)
        n = np.arange(len(grad))
        grad[n, self.labels] = -grad.sum(axis=1)
        return grad / self.count


class Loops:
    """One example and one class after the other."""

    delta, reduction = 1.0, "mean"

    def forward(self, scores, labels):
        loss, self.grad = 0.0, np.zeros_like(scores)
        for i in range(scores.shape[0]):
            y = labels[i]
            for j in range(scores.shape[1]):
                margin = scores[i, j] - scores[i, y] + self.delta
                if j != y and margin > 0:
                    loss += margin
                    self.grad[i, j] += 1
                    self.grad[i, y] -= 1
        if self.reduction == "mean":
            self.grad /= len(scores)
            loss /= len(scores)
        return loss

    def backward(self):
        return self.grad


class OneHot:
    """One-hot rows pick the label and leave it out; the loss as a weighted sum."""

    delta, reduction = 1.0, "mean"

    def forward(self, scores, labels):
        hot = np.eye(scores.shape[1], dtype=scores.dtype)[labels]
        right = np.einsum("nc,nc->n", hot, scores)
        active = ((scores + self.delta > right[:, None]) & (hot == 0)).astype(hot.dtype)
        self.weights = active - hot * active.sum(axis=1, keepdims=True)
        if self.reduction == "mean":
            self.weights /= len(hot)
            active /= len(hot)
        return np.sum(self.weights * scores) + self.delta * np.sum(active)

    def backward(self):
        return self.weights


def variants(**conventions):
    parts = {"vectorised": Vectorised, "loops": Loops, "one_hot": OneHot}
    return {name: type(name, (part,), conventions) for name, part in parts.items()}
