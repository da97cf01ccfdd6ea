"""Connectionist temporal classification: labels without their places in time."""

from typing import ClassVar

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_integers,
    require_shape,
)
from reference.conventions import require_choice
from reference.errors import LabelError, ShapeError
from reference.losses.ctc_alignments import forward_backward
from reference.protocols import Array


class CTC:
    """Ask for a sequence of labels, wherever in a longer sequence each of them is.

    Parameters
    ----------
    reduction
        With the loss of each example: ``"mean"`` divides it by the length of its labels
        (an empty one counts as 1) and averages over the examples, as PyTorch does;
        ``"example_mean"`` averages over the examples; ``"sum"`` adds up.
    source
        What ``forward`` is given: ``"logits"``, to which a log-softmax is applied
        first, or ``"log_probs"``, which are taken as they are.
    blank
        Index of the class that stands for no label.

    Notes
    -----
    A path has one class for each time step. It spells the labels that are left when
    repetitions are merged and then blanks removed. The loss of an example is minus the
    logarithm of the sum, over all paths of ``input_length`` steps that spell its
    labels, of the product of their probabilities.

    With g[t, k] the share of the paths that are at class k at time t, weighted by
    their probability, the gradient is ``-g`` for log-probabilities and
    ``softmax(logits) - g`` for logits, and 0 beyond the length of the input. The sums
    over paths are the forward and backward variables of the paper, as logarithms: a
    product of probabilities underflows after some hundred steps.

    References
    ----------
    Graves, Fernandez, Gomez, Schmidhuber: "Connectionist Temporal Classification"
    (2006). CMU 11-785, homework 3.

    Examples
    --------
    Three of the four paths over two steps spell a single 1:

    >>> labels, one = np.array([[1]]), np.array([1])
    >>> value = CTC().forward(np.zeros((2, 1, 2)), labels, np.array([2]), one)
    >>> round(float(np.exp(-value)), 9)
    0.75
    """

    reductions: ClassVar[tuple[str, ...]] = ("mean", "example_mean", "sum")
    sources: ClassVar[tuple[str, ...]] = ("logits", "log_probs")

    def __init__(
        self, reduction: str = "mean", source: str = "logits", blank: int = 0
    ) -> None:
        self.reduction = require_choice("CTC", "reduction", reduction, self.reductions)
        self.source = require_choice("CTC", "source", source, self.sources)
        if isinstance(blank, bool) or not isinstance(blank, int) or blank < 0:
            raise ValueError(f"CTC: blank must be an index of a class, got {blank!r}")
        self.blank = blank
        self._grad: Array | None = None

    def forward(
        self, scores: Array, labels: Array, input_lengths: Array, label_lengths: Array
    ) -> float:
        """Return the loss of a batch.

        Parameters
        ----------
        scores
            Logits or log-probabilities, (T, N, C): time first.
        labels
            Integers (N, L) without blanks; what is beyond the length is not read.
        input_lengths, label_lengths
            How many steps, from 1 to T, and how many labels, from 0 to L, count; (N,).

        Raises
        ------
        ShapeError
            If the arrays do not have these shapes.
        DtypeError, NonFiniteError
            If the scores are not finite floating-point numbers, the others no integers.
        LabelError
            If a label or a length is out of range, or an input is too short for its
            labels: each takes a step, and equal neighbours a blank between them.
        """
        self._check(scores, labels, input_lengths, label_lengths)
        weights = self._weights(label_lengths)
        grad = np.zeros_like(scores)
        losses = np.zeros(len(labels), dtype=scores.dtype)
        for example, weight in enumerate(weights):
            steps = slice(int(input_lengths[example]))
            wanted = labels[example, : int(label_lengths[example])]
            logs = scores[steps, example]
            if self.source == "logits":
                logs = _log_softmax(logs)
            losses[example], shares = forward_backward(logs, wanted, self.blank)
            likely = np.exp(logs) if self.source == "logits" else 0.0
            grad[steps, example] = weight * (likely - shares)
        self._grad = grad
        return float(np.sum(weights * losses))

    def backward(self) -> Array:
        """Return the (T, N, C) gradient for the scores of the last ``forward``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        return after_forward("CTC", self._grad).copy()

    def _weights(self, label_lengths: Array) -> Array:
        """Return what the loss of each example is multiplied by."""
        if self.reduction == "sum":
            return np.ones(len(label_lengths))
        if self.reduction == "example_mean":
            return np.full(len(label_lengths), 1.0 / len(label_lengths))
        return 1.0 / (np.maximum(label_lengths, 1) * len(label_lengths))

    def _check(
        self, scores: Array, labels: Array, input_lengths: Array, label_lengths: Array
    ) -> None:
        require_floats("CTC", self.source, scores)
        if scores.ndim != 3 or 0 in scores.shape:
            raise ShapeError(
                f"CTC: {self.source} must be (T, N, C) with none of them 0, "
                f"got {scores.shape}"
            )
        steps, count, classes = scores.shape
        if self.blank >= classes:
            raise LabelError(f"CTC: blank must be 0 to {classes - 1}, got {self.blank}")
        if labels.ndim != 2 or len(labels) != count:
            raise ShapeError(f"CTC: labels must be ({count}, L), got {labels.shape}")
        longest = {"input_lengths": steps, "label_lengths": labels.shape[1]}
        given = {"input_lengths": input_lengths, "label_lengths": label_lengths}
        for name, lengths in given.items():
            require_shape("CTC", name, lengths, (count,))
            require_integers("CTC", name, lengths, longest[name] + 1)
        read = np.arange(labels.shape[1]) < label_lengths[:, np.newaxis]
        require_integers("CTC", "labels", labels[read], classes)
        if (labels[read] == self.blank).any():
            raise LabelError(f"CTC: labels must not be the blank, got {self.blank}")
        self._check_room(labels, input_lengths, label_lengths)

    @staticmethod
    def _check_room(labels: Array, input_lengths: Array, label_lengths: Array) -> None:
        for example, length in enumerate(label_lengths):
            wanted = labels[example, : int(length)]
            repeats = int(np.sum(wanted[1:] == wanted[:-1]))
            needed = max(int(length) + repeats, 1)
            if input_lengths[example] < needed:
                raise LabelError(
                    f"CTC: input_lengths must be at least {needed} for the {length} "
                    f"labels of example {example}, {repeats} of them repeated, "
                    f"got {input_lengths[example]}"
                )


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
