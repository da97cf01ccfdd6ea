"""The training loop, and prediction with the trained layers."""

from collections.abc import Iterable, Sequence

from reference.protocols import Array, Layer, Loss, Stepper


def predict(layers: Sequence[Layer], inputs: Array) -> Array:
    """Return the output of the last layer for ``inputs``."""
    for layer in layers:
        inputs = layer.forward(inputs)
    return inputs


def train(
    layers: Sequence[Layer],
    loss: Loss,
    optimizer: Stepper,
    inputs: Array,
    targets: Array,
    batches: Iterable[Array],
) -> list[float]:
    """Take one step per minibatch and return the loss before each of them.

    Parameters
    ----------
    optimizer
        Made for the same ``layers``, whose parameters it replaces.
    inputs, targets
        All examples, along the first axis.
    batches
        Indices of the examples of each step, as from ``minibatches``.
    """
    losses = []
    for batch in batches:
        losses.append(loss.forward(predict(layers, inputs[batch]), targets[batch]))
        gradient = loss.backward()
        for layer in reversed(layers):
            gradient = layer.backward(gradient)
        optimizer.step()
    return losses
