"""What happened during a training run."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class History:
    """Numbers that a training run leaves behind, in the order they arose.

    Parameters
    ----------
    losses
        The loss of the minibatch before each step, without penalties.
    penalties
        What the regulariser added to it, 0 without one.
    gradient_norms
        Euclidean norm of all gradients of each step together, penalties included,
        before clipping.
    learning_rates
        The rate of each step.
    epoch_ends
        Number of steps after each epoch.
    train_losses, validation_losses
        One for each epoch; the second is empty without validation data.
    stopped_by
        ``"epochs"`` if there were no more of them, else ``"termination"`` or ``"early
        stopping"``.
    """

    losses: list[float] = field(default_factory=list)
    penalties: list[float] = field(default_factory=list)
    gradient_norms: list[float] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)
    epoch_ends: list[int] = field(default_factory=list)
    train_losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    stopped_by: str = "epochs"

    @property
    def steps(self) -> int:
        """Return the number of steps so far."""
        return len(self.losses)

    @property
    def epochs(self) -> int:
        """Return the number of epochs that have ended."""
        return len(self.epoch_ends)
