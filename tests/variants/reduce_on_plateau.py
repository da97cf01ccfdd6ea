"""Reducing the rate on a plateau as students write it; ``c`` holds the settings."""

from functools import partial
from types import SimpleNamespace

import numpy as np


def loop(losses, c):
    """Follow the rule with local variables."""
    best, waited, resting, rate, rates = np.inf, 0, 0, c.lr, []
    for loss in losses:
        bound = best - c.threshold
        if c.threshold_form == "relative":
            bound = best * (1 - c.threshold)
        waited += 1
        if loss < bound:
            best, waited = loss, 0
        if resting:
            resting, waited = resting - 1, 0
        if waited >= c.patience + (c.patience_rule == "exceeded"):
            rate, resting, waited = max(rate * c.factor, c.minimum), c.cooldown, 0
        rates.append(rate)
    return np.array(rates)


class Plateau:
    """A scheduler with a method that takes the loss."""

    def __init__(self, c):
        self.c = c
        self.lr, self.best = c.lr, None
        self.bad = self.rest = 0

    def is_better(self, loss):
        if self.best is None:
            return True
        if self.c.threshold_form == "absolute":
            return self.best - loss > self.c.threshold
        return loss / self.best < 1.0 - self.c.threshold

    def is_over(self):
        if self.c.patience_rule == "exceeded":
            return self.bad > self.c.patience
        return self.bad == self.c.patience

    def step(self, loss):
        if self.is_better(loss):
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        if self.rest > 0:
            self.rest -= 1
            self.bad = 0
        if self.is_over():
            lower = self.lr * self.c.factor
            self.lr = lower if lower > self.c.minimum else self.c.minimum
            self.rest, self.bad = self.c.cooldown, 0
        return self.lr


def scheduler(losses, c):
    """Ask an object after each epoch."""
    plateau = Plateau(c)
    return [plateau.step(loss) for loss in losses.tolist()]


def reductions(losses, c):
    """Note the epochs of reductions; the rate is a power of their number."""
    allowed = c.patience - 1 if c.patience_rule == "reached" else c.patience
    best, begin, cool, cuts = losses[0], 0, -1, np.zeros(len(losses))
    for epoch in range(len(losses)):
        gap = best - losses[epoch]
        share = gap / best if c.threshold_form == "relative" else gap
        if share > c.threshold:
            best, begin = losses[epoch], epoch
        if epoch <= cool:
            begin = epoch
        if epoch - begin > allowed:
            cuts[epoch], begin, cool = 1, epoch, epoch + c.cooldown
    return np.maximum(c.lr * c.factor ** np.cumsum(cuts), c.minimum)


USUAL = {
    "lr": 0.4,
    "factor": 0.3,
    "patience": 2,
    "threshold": 0.1,
    "threshold_form": "relative",
    "patience_rule": "exceeded",
    "cooldown": 0,
    "minimum": 0.0,
}


def variants(**conventions):
    c = SimpleNamespace(**USUAL | conventions)
    parts = {"loop": loop, "scheduler": scheduler, "reductions": reductions}
    return {name: partial(part, c=c) for name, part in parts.items()}
