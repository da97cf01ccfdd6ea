"""Early stopping as students write it: the losses in, two epochs out."""

from functools import partial

import numpy as np


def loop(
    losses,
    patience=3,
    min_improvement=0.1,
    threshold_form="absolute",
    patience_rule="reached",
):
    """Count the epochs since the best one."""
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        bound = best - min_improvement
        if threshold_form == "relative":
            bound = best * (1 - min_improvement)
        if loss < bound:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
        if waited >= patience + (patience_rule == "exceeded"):
            return epoch, best_epoch
    return len(losses), best_epoch


def records(losses, min_improvement=0.1, threshold_form="absolute", **patience):
    """Find all epochs that are a record first, then the first long gap."""
    marks = [0]
    for epoch in range(1, len(losses)):
        old, new = losses[marks[-1]], losses[epoch]
        gain = (old - new) / old if threshold_form == "relative" else old - new
        if gain > min_improvement:
            marks.append(epoch)
    longest = patience.get("patience", 3)
    longest += patience.get("patience_rule") == "exceeded"
    for mark, following in zip(marks, [*marks[1:], len(losses)], strict=True):
        if following - mark > longest:
            return np.array(mark + longest), np.array(mark)
    return np.array(len(losses)), np.array(marks[-1])


class Watcher:
    """Says after each epoch whether to go on."""

    patience, min_improvement = 3, 0.1
    threshold_form, patience_rule = "absolute", "reached"

    def __init__(self, **settings):
        vars(self).update(settings)
        self.best = None
        self.epoch = self.best_epoch = -1
        self.rest()

    def rest(self):
        self.left = self.patience + int(self.patience_rule != "reached")

    def wants_more(self, loss):
        self.epoch += 1
        if self.best is None or self.is_better(loss):
            self.best, self.best_epoch = loss, self.epoch
            self.rest()
            return True
        self.left -= 1
        return self.left > 0

    def is_better(self, loss):
        if self.threshold_form == "relative":
            return loss / self.best < 1 - self.min_improvement
        return loss + self.min_improvement < self.best


def watched(losses, **settings):
    """Ask an object after each epoch."""
    watcher = Watcher(**settings)
    for loss in losses:
        if not watcher.wants_more(float(loss)):
            return watcher.epoch, watcher.best_epoch
    return losses.size, watcher.best_epoch


def variants(**conventions):
    parts = {"loop": loop, "records": records, "watched": watched}
    return {name: partial(part, **conventions) for name, part in parts.items()}
