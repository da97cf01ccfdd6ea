"""When to stop, whatever the validation loss does."""

from dataclasses import dataclass

from reference.conventions import require_choice

COMBINATIONS = ("any", "all")
MOMENTS = ("epoch", "step")


@dataclass(frozen=True, slots=True)
class Termination:
    """End a run after so many epochs, or when loss or gradient are small enough.

    Parameters
    ----------
    max_epochs
        Most epochs of a run, always obeyed; ``None`` for as many as are given.
    loss_below, gradient_norm_below
        Thresholds, positive; ``None`` for no such criterion.
    combine
        Whether ``"any"`` of the two thresholds ends the run or only ``"all"`` that
        there are.
    every
        ``"epoch"`` looks after each epoch at its training loss and the gradient of its
        last step; ``"step"`` after each step at the loss and gradient of its minibatch.

    Notes
    -----
    A small gradient alone may be a plateau and a small loss alone may still fall, so
    lectures combine them and bound the number of epochs.

    References
    ----------
    CMU 10-301/601, lecture 14, "termination criteria".

    Examples
    --------
    >>> both = Termination(loss_below=0.1, gradient_norm_below=0.01, combine="all")
    >>> both.reached(loss=0.05, gradient_norm=0.5)
    False
    """

    max_epochs: int | None = None
    loss_below: float | None = None
    gradient_norm_below: float | None = None
    combine: str = "any"
    every: str = "epoch"

    def __post_init__(self) -> None:
        if self.max_epochs is not None and self.max_epochs < 0:
            raise ValueError(
                f"Termination: max_epochs must be at least 0, got {self.max_epochs}"
            )
        for name in ("loss_below", "gradient_norm_below"):
            threshold = getattr(self, name)
            if threshold is not None and not threshold > 0:
                raise ValueError(
                    f"Termination: {name} must be positive, got {threshold}"
                )
        require_choice("Termination", "combine", self.combine, COMBINATIONS)
        require_choice("Termination", "every", self.every, MOMENTS)

    def reached(self, loss: float, gradient_norm: float) -> bool:
        """Return whether the thresholds end the run; ``False`` without any."""
        found = [
            value < threshold
            for value, threshold in (
                (loss, self.loss_below),
                (gradient_norm, self.gradient_norm_below),
            )
            if threshold is not None
        ]
        return bool(found) and (any(found) if self.combine == "any" else all(found))
