"""The training loop with everything that lectures hang into it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np

from reference.arrays import require_shape
from reference.conventions import require_choice
from reference.networks.leaves import leaves
from reference.networks.modes import set_mode
from reference.optimizers.clipping import Clip, clip_gradients, norm
from reference.protocols import Array, Layer, LooksAhead, Loss, Parameters, Stepper
from reference.training.history import History
from reference.training.loop import backpropagate, predict
from reference.training.termination import MOMENTS, Termination

EPOCH_LOSSES = ("evaluated", "running")

Examples = tuple[Array, Array]
Augment = Callable[[np.random.Generator, Array], Array]


class RatedStepper(Stepper, Protocol):
    """An optimizer whose learning rate can be read and set."""

    lr: float


class Schedule(Protocol):
    """A learning rate for every epoch or step."""

    def rate(self, step: int) -> float:
        """Return the rate of an epoch or step, counted from 0."""
        ...


class Plateau(Protocol):
    """A learning rate that follows the validation loss."""

    def observe(self, loss: float) -> float:
        """Take in the validation loss of an epoch and return the next rate."""
        ...


class Regularizer(Protocol):
    """What parameters add to the loss."""

    def forward(self, layers: Sequence[Parameters]) -> float:
        """Return what is added."""
        ...

    def backward(self) -> Sequence[Mapping[str, Array]]:
        """Return, for each layer, what to add to its gradients."""
        ...


class Stopping(Protocol):
    """Something that watches the validation loss."""

    def observe(self, loss: float, layers: Sequence[Parameters], /) -> bool:
        """Take in the validation loss of an epoch and return whether to stop."""
        ...

    def restore(self, layers: Sequence[Parameters], /) -> None:
        """Put the parameters back that are to be kept."""
        ...


@dataclass(kw_only=True, slots=True)
class Trainer:
    """Train layers and keep a history.

    Parameters
    ----------
    layers, loss, optimizer
        The optimizer was made for these layers. If it has ``lookahead``, this is called
        before each step, so that loss, penalty and gradients are those of the point it
        leads to.
    schedule
        Has ``rate``, which is asked for the learning rate.
    schedule_per
        Whether the schedule counts ``"epoch"`` or ``"step"`` and is asked before each.
    plateau
        Has ``observe``, which turns the validation loss of an epoch into the learning
        rate of the next one. In place of ``schedule``.
    augment
        Changes the inputs of each minibatch, and never those that only measure a loss.
    regularizer
        Adds a penalty and its gradients to each step. Its indices of layers count the
        innermost ones, activations included.
    clip
        Takes the gradients of all parameters, with those of the penalty, and returns
        shorter ones.
    stopping
        Sees the validation loss of each epoch. At the end of a run, whatever ended it,
        the parameters are those that it restores.
    termination
        Other reasons to end.
    epoch_loss
        ``"evaluated"``: the training loss of an epoch is that of all examples after
        it, in evaluation mode and without penalties. ``"running"``: the average of the
        losses before its steps, each example counted once, which costs nothing.
    rng
        For ``augment``.

    Notes
    -----
    One step: augment the minibatch, look ahead, forward, loss, backward, add the
    gradients of the penalty, clip, move. Regulariser, clip and stopping are handed the
    innermost layers, so that nothing hides in a ``Sequential``. Layers with a ``mode``
    are in training during the steps, and in evaluation while a loss is measured and at
    the end.

    Examples
    --------
    >>> from reference.losses.mean_squared_error import MeanSquaredError
    >>> from reference.optimizers.sgd import SGD
    >>> layer = Linear(1, 1)
    >>> trainer = Trainer(
    ...     layers=[layer], loss=MeanSquaredError(), optimizer=SGD([layer], 0.25)
    ... )
    >>> x, y = np.array([[1.0], [-1.0]]), np.array([[3.0], [-3.0]])
    >>> trainer.run(x, y, [[np.arange(2)]] * 3).losses
    [9.0, 2.25, 0.5625]
    """

    layers: Sequence[Layer]
    loss: Loss
    optimizer: RatedStepper
    schedule: Schedule | None = None
    schedule_per: str = "epoch"
    plateau: Plateau | None = None
    augment: Augment | None = None
    regularizer: Regularizer | None = None
    clip: Clip | None = None
    stopping: Stopping | None = None
    termination: Termination | None = None
    epoch_loss: str = "evaluated"
    rng: np.random.Generator | None = None

    def __post_init__(self) -> None:
        require_choice("Trainer", "schedule_per", self.schedule_per, MOMENTS)
        require_choice("Trainer", "epoch_loss", self.epoch_loss, EPOCH_LOSSES)
        if self.augment is not None and self.rng is None:
            raise ValueError("Trainer: augment must come with rng, got None")
        if self.schedule is not None and self.plateau is not None:
            raise ValueError("Trainer: schedule or plateau must be None, got both")

    def run(
        self,
        inputs: Array,
        targets: Array,
        epochs: Iterable[Sequence[Array]],
        validation: Examples | None = None,
    ) -> History:
        """Train and return the history.

        Parameters
        ----------
        inputs, targets
            All examples, along the first axis.
        epochs
            The minibatches of each epoch as indices, as from ``epoch_batches``. Without
            an end only if ``termination`` or ``stopping`` provides one.
        validation
            Inputs and targets that are not trained on.

        Raises
        ------
        ShapeError
            If there are not as many targets as inputs.
        ValueError
            If ``stopping`` or ``plateau`` is given and validation data is not, or an
            epoch has no minibatch.
        """
        require_shape("Trainer", "targets", targets, (len(inputs), *targets.shape[1:]))
        for name, hook in {"stopping": self.stopping, "plateau": self.plateau}.items():
            if hook is not None and validation is None:
                raise ValueError(f"Trainer: {name} must come with validation, got None")
        history = History()
        most = None if self.termination is None else self.termination.max_epochs
        for batches in islice(epochs, most):
            ended = self._epoch(history, inputs, targets, batches)
            self._measure(history, (inputs, targets), batches, validation)
            if self._stops(history) or ended:
                break
        set_mode(self.layers, "evaluation")
        if self.stopping is not None:
            self.stopping.restore(leaves(self.layers))
        return history

    def _epoch(
        self,
        history: History,
        inputs: Array,
        targets: Array,
        batches: Sequence[Array],
    ) -> bool:
        """Take the steps of one epoch; return whether one of them ends the run."""
        if not len(batches):
            raise ValueError("Trainer: an epoch must have a minibatch, got none")
        set_mode(self.layers, "training")
        self._set_rate("epoch", history.epochs)
        for batch in batches:
            self._set_rate("step", history.steps)
            self._step(history, inputs[batch], targets[batch])
            if self._terminates(history, "step", history.losses[-1]):
                return True
        return False

    def _step(self, history: History, inputs: Array, targets: Array) -> None:
        if self.augment is not None and self.rng is not None:
            inputs = self.augment(self.rng, inputs)
        if isinstance(self.optimizer, LooksAhead):
            self.optimizer.lookahead()
        value = backpropagate(self.layers, self.loss, inputs, targets)
        history.losses.append(value)
        penalty = 0.0
        if self.regularizer is not None:
            penalty = add_penalty(self.regularizer, leaves(self.layers))
        history.penalties.append(penalty)
        history.gradient_norms.append(gradient_norm(self.layers))
        if self.clip is not None:
            clip_gradients(leaves(self.layers), self.clip)
        history.learning_rates.append(self.optimizer.lr)
        self.optimizer.step()

    def _set_rate(self, moment: str, number: int) -> None:
        if self.schedule is not None and self.schedule_per == moment:
            self.optimizer.lr = self.schedule.rate(number)

    def _measure(
        self,
        history: History,
        training: Examples,
        batches: Sequence[Array],
        validation: Examples | None,
    ) -> None:
        """Note the losses of an epoch that has ended."""
        begin = history.epoch_ends[-1] if history.epoch_ends else 0
        history.epoch_ends.append(history.steps)
        set_mode(self.layers, "evaluation")
        if self.epoch_loss == "evaluated":
            history.train_losses.append(self._loss_of(training))
        else:
            taken = history.losses[begin:]
            sizes = [len(batch) for batch in batches[: len(taken)]]
            history.train_losses.append(float(np.average(taken, weights=sizes)))
        if validation is not None:
            history.validation_losses.append(self._loss_of(validation))

    def _loss_of(self, examples: Examples) -> float:
        inputs, targets = examples
        return self.loss.forward(predict(self.layers, inputs), targets)

    def _stops(self, history: History) -> bool:
        """Return whether the run ends after this epoch and note why."""
        if self.plateau is not None:
            self.optimizer.lr = self.plateau.observe(history.validation_losses[-1])
        if self.stopping is not None:
            loss = history.validation_losses[-1]
            if self.stopping.observe(loss, leaves(self.layers)):
                history.stopped_by = "early stopping"
                return True
        return self._terminates(history, "epoch", history.train_losses[-1])

    def _terminates(self, history: History, moment: str, loss: float) -> bool:
        if self.termination is None or self.termination.every != moment:
            return False
        if not self.termination.reached(loss, history.gradient_norms[-1]):
            return False
        history.stopped_by = "termination"
        return True


def add_penalty(regularizer: Regularizer, layers: Sequence[Parameters]) -> float:
    """Add the gradients of a penalty to those of the layers and return the penalty."""
    penalty = regularizer.forward(layers)
    for layer, added in zip(layers, regularizer.backward(), strict=True):
        for name, gradient in added.items():
            layer.grads[name] = layer.grads[name] + gradient
    return penalty


def gradient_norm(layers: Sequence[Parameters]) -> float:
    """Return the Euclidean norm of all gradients of all layers as one vector."""
    return norm([array for layer in leaves(layers) for array in layer.grads.values()])
