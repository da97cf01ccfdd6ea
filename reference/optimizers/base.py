"""What all optimizers share: walking over the parameters and replacing them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from reference.arrays import require_floats, require_shape
from reference.errors import CallOrderError
from reference.protocols import Array, Parameters

Key = tuple[int, str]


class Optimizer(ABC):
    """Update the parameters of layers; a subclass states the rule.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``; those without parameters are passed over.
    lr
        Learning rate, positive. A schedule may assign to it between steps.

    Notes
    -----
    A step puts new arrays into ``params`` and never writes into the old ones, so an
    array that a caller keeps stays as it was.
    """

    def __init__(self, layers: Sequence[Parameters], lr: float) -> None:
        if not lr > 0:
            raise ValueError(f"{type(self).__name__}: lr must be positive, got {lr}")
        self.layers = layers
        self.lr = lr

    @abstractmethod
    def change(self, key: Key, gradient: Array) -> Array:
        """Return what to add to one parameter and remember what the rule needs.

        Parameters
        ----------
        key
            Index of the layer and name of the parameter, under which state is kept.
        """

    def step(self) -> None:
        """Update every parameter once.

        Raises
        ------
        CallOrderError
            If a parameter has no gradient yet.
        ShapeError
            If a gradient does not have the shape of its parameter.
        """
        owner = type(self).__name__
        for index, layer in enumerate(self.layers):
            for name, parameter in layer.params.items():
                if name not in layer.grads:
                    raise CallOrderError(
                        f"{owner}: call backward before step, layer {index} has no "
                        f"gradient for {name!r}"
                    )
                gradient = layer.grads[name]
                require_floats(owner, f"parameter {name!r}", parameter)
                require_floats(owner, f"gradient for {name!r}", gradient)
                require_shape(
                    owner, f"gradient for {name!r}", gradient, parameter.shape
                )
                layer.params[name] = parameter + self.change((index, name), gradient)
