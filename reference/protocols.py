"""What a layer, a loss and an optimizer must offer to the rest of this package."""

from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

Array = NDArray[Any]


class Parameters(Protocol):
    """Anything that owns parameters and their gradients under the same names."""

    params: dict[str, Array]
    grads: dict[str, Array]


class Layer(Parameters, Protocol):
    """A function of one array with a gradient and, perhaps, parameters.

    ``backward`` replaces ``grads``; gradients of parameters are summed over the batch.
    """

    def forward(self, x: Array) -> Array:
        """Return the output for a batch."""
        ...

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for the input."""
        ...


class Loss(Protocol):
    """A number that says how far predictions are from their targets."""

    def forward(self, predictions: Array, targets: Array, /) -> float:
        """Return the loss of a batch."""
        ...

    def backward(self) -> Array:
        """Return the gradient for the predictions of the last ``forward``."""
        ...


class Stepper(Protocol):
    """An optimizer as the training loop sees it."""

    def step(self) -> None:
        """Update every parameter once from the current gradients."""
        ...


@runtime_checkable
class LooksAhead(Protocol):
    """An optimizer that wants the gradient elsewhere, such as Nesterov's."""

    def lookahead(self) -> None:
        """Put the parameters where the next gradient is to be taken."""
        ...
