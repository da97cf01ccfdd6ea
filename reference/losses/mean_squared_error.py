"""The squared error in the scalings that lectures and libraries use."""

from typing import ClassVar

import numpy as np

from reference.arrays import after_forward, require_floats, require_shape
from reference.conventions import require_choice
from reference.errors import ShapeError
from reference.protocols import Array


class MeanSquaredError:
    """Squared difference of predictions and targets, averaged over all N*K entries.

    Parameters
    ----------
    scaling
        What the sum S of all squared differences is multiplied by, for predictions
        of shape (N, K):

        - ``"mean"``: 1/(N K), the average over all entries. The default; what most
          libraries call mean squared error.
        - ``"half_mean"``: 1/(2 N K). CMU 11-785, homework 1, older edition.
        - ``"example_mean"``: 1/N, the average over examples. CMU 10-301/601,
          lecture 14, in its minibatch algorithms.
        - ``"half_example_mean"``: 1/(2 N). Colorado State CS 510, lecture 12, and the
          cost of Toronto CSC 311, lecture 6.
        - ``"sum"``: 1. CMU 10-301/601, lecture 14, in its backpropagation.
        - ``"half_sum"``: 1/2. The loss of one example in Toronto CSC 311, lecture 6.

    Notes
    -----
    With factor f the loss is ``f * sum((predictions - targets)**2)`` and its gradient
    ``2 * f * (predictions - targets)``.

    Examples
    --------
    >>> MeanSquaredError().forward(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]]))
    2.0
    """

    scalings: ClassVar[tuple[str, ...]] = (
        "mean",
        "half_mean",
        "example_mean",
        "half_example_mean",
        "sum",
        "half_sum",
    )

    def __init__(self, scaling: str = "mean") -> None:
        self.scaling = require_choice(
            "MeanSquaredError", "scaling", scaling, self.scalings
        )
        self._grad: Array | None = None

    def factor(self, shape: tuple[int, ...]) -> float:
        """Return what the sum of squares of predictions of ``shape`` is multiplied by.

        The first axis counts the examples; all others are entries of one example.
        """
        count = {"mean": int(np.prod(shape)), "example_mean": shape[0], "sum": 1}
        half = 0.5 if self.scaling.startswith("half_") else 1.0
        return half / count[self.scaling.removeprefix("half_")]

    def forward(self, predictions: Array, targets: Array) -> float:
        """Return the loss; both arrays have the same shape, the batch first.

        Raises
        ------
        ShapeError
            If the shapes differ, or there is no entry.
        """
        require_floats("MeanSquaredError", "predictions", predictions)
        require_floats("MeanSquaredError", "targets", targets)
        if predictions.ndim == 0 or predictions.size == 0:
            raise ShapeError(
                "MeanSquaredError: predictions must be (N, ...) with N at least 1, "
                f"got {predictions.shape}"
            )
        require_shape("MeanSquaredError", "targets", targets, predictions.shape)
        difference = predictions - targets
        factor = self.factor(predictions.shape)
        self._grad = 2.0 * factor * difference
        return float(factor * np.sum(difference**2))

    def backward(self) -> Array:
        """Return the gradient for the predictions of the last ``forward``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        return after_forward("MeanSquaredError", self._grad).copy()
