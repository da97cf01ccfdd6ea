"""The mistakes that batch normalisation of rows and of images share."""

from functools import partial

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of, quiet
from reference.misconceptions.gamma_and_beta import parameter_entries
from reference.misconceptions.normalization import (
    View,
    mixed,
    moved,
    normalized,
    old_share,
    unbiased,
)
from reference.misconceptions.normalizing import (
    backward_entries,
    divisor_entries,
    forward_with,
)
from reference.operations.base import Array, Arrays, Operation

HABIT = 0.9


def batch_view(operation: Operation, arrays: Arrays) -> View:
    """Return ``x`` as it is, with a mean for each entry of axis 1."""
    shape = arrays["x"].shape
    others = (0, *range(2, len(shape)))
    return View(shape, others, (1, shape[1], *(1,) * (len(shape) - 2)))


def _shares(old: float | None, new: float | None) -> Wrong:
    """Return running moments with other shares of the past and of the batch.

    ``None`` stands for the share that the conventions ask for.
    """

    @quiet
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        found = normalized(operation, arrays, batch_view(operation, arrays))
        asked = old_share(operation)
        past = asked if old is None else old
        present = 1.0 - asked if new is None else new
        # What the batch contributes, whatever the conventions say about its variance.
        right = moved(operation, arrays, found)
        answer = {}
        for name, value in right.items():
            batch = (value - asked * arrays[name]) / (1.0 - asked)
            answer[name] = past * arrays[name] + present * batch
        return changed(operation, arrays, answer)

    return wrong


@quiet
def _exchanged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    old = old_share(operation)
    return _shares(1.0 - old, old)(operation, arrays)


@quiet
def _other_variance(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = normalized(operation, arrays, batch_view(operation, arrays))
    variance = found.variance
    if not unbiased(operation):
        variance = variance * found.size / np.float64(found.size - 1)
    running = mixed(old_share(operation), arrays["running_var"], variance)
    return changed(operation, arrays, {"running_var": running})


def running_entries(name: str) -> tuple[Misconception, ...]:
    """Return what goes wrong with the running moments."""
    entry = entries_of(name)
    ignored = partial(
        entry,
        "M146",
        "momentum argument ignored",
        "Construct the layer with another momentum. Do the running moments after one "
        "step change?",
    )
    return (
        entry(
            "M73",
            "roles of the momentum exchanged",
            "Suppose the momentum is 0.9. After one unusual batch, should the running "
            "mean still be close to what it was, or close to that batch?",
            "running = (1 - momentum) * running + momentum * batch, or the reverse",
            _exchanged,
        ),
        entry(
            "M74",
            "running variance from the other variance",
            "There are two definitions of the variance of a batch. Which one should "
            "be remembered for evaluation, and which one does your code remember?",
            "var * N / (N - 1) in place of var, or the reverse",
            _other_variance,
        ),
        entry(
            "M75",
            "running moments not kept",
            "Look at the running mean of the layer before and after a training step. "
            "Is it a different array of numbers?",
            "running_mean and running_var stay as they were",
            _shares(1.0, 0.0),
        ),
        ignored("running_mean = mean, running_var = var", _shares(0.0, 1.0)),
        ignored("momentum = 0.9 whatever was asked for", _shares(HABIT, 1.0 - HABIT)),
        entry(
            "M241",
            "shares of the running moments do not add up to one",
            "Feed the same batch a hundred times. To which value should the running "
            "mean go, and where does yours go?",
            "running = momentum * running + batch",
            _shares(None, 1.0),
        ),
    )


def mode_entries(name: str) -> tuple[Misconception, ...]:
    """Return what goes wrong with the choice of the moments."""
    entry, look = entries_of(name), batch_view
    return (
        entry(
            "M76",
            "moments of the batch used in evaluation",
            "Evaluate one example alone, then among others. Should its output "
            "depend on its company?",
            "x_hat from mean and var of the batch, with the gradient of training",
            forward_with(look, trained=True),
        ),
        entry(
            "M77",
            "running moments used in training",
            "What mean should each feature of x_hat have over the training batch, and "
            "what mean does yours have?",
            "x_hat = (x - running_mean) / sqrt(running_var + eps), as constants",
            forward_with(look, trained=False),
        ),
    )


def batch_entries(name: str) -> tuple[Misconception, ...]:
    """Return what can go wrong wherever moments are those of a batch."""
    return (
        *backward_entries(name, batch_view),
        *divisor_entries(name, batch_view),
        *parameter_entries(name, batch_view),
        *running_entries(name),
        *mode_entries(name),
    )
