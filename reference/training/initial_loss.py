"""The loss that an untrained classifier should have: a first check of a network."""

import math
from collections.abc import Sequence

from reference.conventions import require_choice
from reference.networks.modes import set_mode
from reference.protocols import Array, Layer, Loss
from reference.training.loop import predict

LOSSES = (
    "softmax_cross_entropy",
    "multiclass_hinge",
    "binary_cross_entropy",
)


def expected_initial_loss(loss: str, classes: int, margin: float = 1.0) -> float:
    """Return the loss of one example when all scores are equal.

    Parameters
    ----------
    loss
        ``"softmax_cross_entropy"``: every class has probability 1/C, ``ln C``.
        ``"multiclass_hinge"``: every wrong class misses the whole margin,
        ``(C - 1) * margin``. ``"binary_cross_entropy"``: the probability is 1/2, ``ln
        2`` for each output.
    classes
        C, at least 2.
    margin
        Of the hinge.

    Raises
    ------
    ValueError
        If there are fewer than two classes, or the margin is not positive.

    References
    ----------
    Stanford CS231n, notes on training ("look for correct loss at chance performance").

    Examples
    --------
    >>> round(expected_initial_loss("softmax_cross_entropy", 10), 4)
    2.3026
    >>> expected_initial_loss("multiclass_hinge", 10)
    9.0
    """
    require_choice("expected_initial_loss", "loss", loss, LOSSES)
    if classes < 2 or not margin > 0:
        raise ValueError(
            "expected_initial_loss: classes must be at least 2 and margin positive, "
            f"got {classes} and {margin}"
        )
    if loss == "multiclass_hinge":
        return (classes - 1) * margin
    return math.log(classes if loss == "softmax_cross_entropy" else 2)


def initial_loss(
    layers: Sequence[Layer], loss: Loss, inputs: Array, targets: Array
) -> float:
    """Return the loss before any training, as the training loop would see it.

    Layers with a ``mode`` are in training afterwards, and layers that keep running
    statistics have seen this batch.
    """
    set_mode(layers, "training")
    return loss.forward(predict(layers, inputs), targets)
