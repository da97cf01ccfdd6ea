"""Connectionist temporal classification as an operation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.losses.ctc import CTC as CTCLoss
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LossOperation
from reference.operations.relations import (
    Relation,
    always,
    rows_sum_to_zero,
    shift_invariant,
)


class CTC(LossOperation):
    """Minus the logarithm of the probability of ``labels``, wherever they are.

    Parameters
    ----------
    reduction, source, blank
        See ``reference.losses.ctc``. The first input is ``logits`` or ``log_probs``.
    """

    name = "ctc"
    formula = """
        p = softmax(logits), over the last axis
        P[n] = sum over all paths of input_lengths[n] classes that spell labels[n] of
            the product over t of p[t, n, path[t]]
        loss = mean over n of -log(P[n]) / label_lengths[n]
        grad_logits[t, n] = (p[t, n] - g[t, n]) / (label_lengths[n] * N), g[t, n, k]
            the part of P[n] from paths with class k at time t, over P[n]; 0 beyond
            input_lengths[n]
        reduction "example_mean": without label_lengths[n]; "sum": without N as well
        source "log_probs": p = exp(log_probs), and the gradient is that of -g alone
    """
    example_conventions = (
        {},
        {"blank": 2, "reduction": "example_mean"},
        {"source": "log_probs", "reduction": "sum"},
    )

    def __init__(
        self, reduction: str = "mean", source: str = "logits", blank: int = 0
    ) -> None:
        checked = CTCLoss(reduction, source, blank)
        self.reduction, self.source = checked.reduction, checked.source
        self.blank = checked.blank
        self.inputs = (self.source, "labels", "input_lengths", "label_lengths")
        self.differentiable = (self.source,)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw scores (T, N, C), ``labels`` (N, L) and lengths that differ, (N,).

        One example has labels of full length, of which the second repeats the first.
        The log-probabilities are negative, but their exponentials do not sum to 1.
        """
        steps, count, classes, length = (
            (7, 3, 5, 4),
            (8, 5, 4, 3),
            (6, 1, 4, 3),
        )[variant]
        classes = max(classes, self.blank + 2)
        scores = signed(rng, (steps, count, classes))
        if self.source == "log_probs":
            scores = -np.abs(scores)
        labels = rng.integers(classes - 1, size=(count, length))
        labels += labels >= self.blank
        order = rng.permutation(count)
        label_lengths = length - order % length
        longest = int(np.argmax(label_lengths))
        labels[longest, 1] = labels[longest, 0]
        repeats = np.array(
            [
                int(np.sum(row[1:end] == row[: end - 1]))
                for row, end in zip(labels, label_lengths, strict=True)
            ]
        )
        shortened = steps - (order + 1) % count
        return {
            self.source: scores,
            "labels": labels.astype(np.int64),
            "input_lengths": np.maximum(shortened, label_lengths + repeats),
            "label_lengths": label_lengths,
        }

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw logits whose rows are shifted by 1000, -1000 or not at all.

        A shift of a whole row changes neither the loss nor its gradient; a shift of
        log-probabilities does.
        """
        if self.source == "log_probs":
            return None
        arrays = self.draw(rng)
        rows = (*arrays["logits"].shape[:-1], 1)
        shift = np.resize([1000.0, -1000.0, 0.0, 0.0], rows)
        return {**arrays, "logits": arrays["logits"] + shift}

    def loss(self) -> CTCLoss:
        """Return a fresh loss."""
        return CTCLoss(self.reduction, self.source, self.blank)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``blank``."""
        return {"blank": self.blank}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that examples do not meet, and what a softmax before brings."""
        gradient = f"grad_{self.source}"
        examples = _other_order(self.source, gradient)
        if self.source == "logits":
            shift = shift_invariant("logits", self.quantities)
            return (examples, shift, rows_sum_to_zero(gradient))
        return (examples, shift_invariant(self.source, (gradient,)), _constant_sums())


def _other_order(source: str, gradient: str) -> Relation:
    def turned(arrays: Arrays) -> dict[str, Array]:
        axes = {name: 1 if name == source else 0 for name in arrays}
        return {name: np.roll(arrays[name], 1, axis) for name, axis in axes.items()}

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        first, second = found
        return {
            "loss": (first["loss"], second["loss"]),
            gradient: (np.roll(first[gradient], 1, axis=1), second[gradient]),
        }

    return Relation(
        "independent_examples",
        "Another order of the examples gives the same answers in that order.",
        lambda rng, arrays: [dict(arrays), turned(arrays)],
        pairs,
    )


def _constant_sums() -> Relation:
    """Return that at each step that counts a path is at one class."""

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        sums = found[0]["grad_log_probs"].sum(axis=-1)
        counts = np.arange(len(sums))[:, np.newaxis] < asked[0]["input_lengths"]
        return {"row sums": (sums, np.where(counts, sums[0], 0.0))}

    return always(
        "constant_sums",
        "The entries of the gradient have the same sum at each step of an example.",
        pairs,
    )
