"""The training loop, and prediction with the trained layers."""

from collections.abc import Iterable, Sequence

from reference.protocols import Array, Layer, LooksAhead, Loss, Stepper


def predict(layers: Sequence[Layer], inputs: Array) -> Array:
    """Return the output of the last layer for ``inputs``."""
    for layer in layers:
        inputs = layer.forward(inputs)
    return inputs


def backpropagate(
    layers: Sequence[Layer], loss: Loss, inputs: Array, targets: Array
) -> float:
    """Return the loss of a batch and leave the gradients of it in the layers."""
    value = loss.forward(predict(layers, inputs), targets)
    gradient = loss.backward()
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    return value


def train(
    layers: Sequence[Layer],
    loss: Loss,
    optimizer: Stepper,
    inputs: Array,
    targets: Array,
    batches: Iterable[Array],
) -> list[float]:
    """Take one step per minibatch and return the loss before each of them.

    This is the plain loop; ``Trainer`` in ``reference.training.trainer`` has hooks and
    keeps a history.

    Parameters
    ----------
    optimizer
        Made for the same ``layers``, whose parameters it replaces. If it has
        ``lookahead``, this is called before each forward.
    inputs, targets
        All examples, along the first axis.
    batches
        Indices of the examples of each step, as from ``minibatches``.
    """
    losses = []
    for batch in batches:
        if isinstance(optimizer, LooksAhead):
            optimizer.lookahead()
        losses.append(backpropagate(layers, loss, inputs[batch], targets[batch]))
        optimizer.step()
    return losses
