"""What all optimizers share: walking over the parameters and replacing them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from reference.arrays import require_floats, require_shape
from reference.errors import CallOrderError
from reference.protocols import Array, Parameters

Key = tuple[int, str]
Arrays = dict[str, Array]


class Optimizer(ABC):
    """Update the parameters of layers; a subclass states the rule.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``; those without parameters are passed over.
    lr
        Learning rate, positive. A schedule may assign to it between steps, zero
        included.

    Notes
    -----
    A step puts new arrays into ``params`` and never writes into the old ones, so an
    array that a caller keeps stays as it was. A step that raises changes nothing.
    """

    def __init__(self, layers: Sequence[Parameters], lr: float) -> None:
        if not lr > 0:
            raise ValueError(f"{type(self).__name__}: lr must be positive, got {lr}")
        self.layers = layers
        self.lr = lr

    @property
    def lr(self) -> float:
        """Return the learning rate of the next step."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        if not lr >= 0:
            owner = type(self).__name__
            raise ValueError(f"{owner}: lr must be at least 0, got {lr}")
        # A NumPy scalar would turn parameters in single precision into double.
        self._lr = float(lr)

    @abstractmethod
    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Return what to add to one parameter and remember what the rule needs.

        Parameters
        ----------
        key
            Index of the layer and name of the parameter, under which state is kept.
        gradient
            Belongs to the caller, who may write the next one into the same array.
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
        held = list(self.held())
        for key, params, grads in held:
            self._require_gradient(key, params, grads)
        for key, params, grads in held:
            name = key[1]
            params[name] = params[name] + self.change(key, params[name], grads[name])

    def held(self) -> Iterator[tuple[Key, Arrays, Arrays]]:
        """Yield the key of each parameter and the ``params`` and ``grads`` it is in."""
        for index, layer in enumerate(self.layers):
            params, grads = layer.params, layer.grads
            for name in params:
                yield (index, name), params, grads

    def _require_gradient(self, key: Key, params: Arrays, grads: Arrays) -> None:
        owner, (index, name) = type(self).__name__, key
        if name not in grads:
            raise CallOrderError(
                f"{owner}: call backward before step, layer {index} has no "
                f"gradient for {name!r}"
            )
        parameter, gradient = params[name], grads[name]
        require_floats(owner, f"parameter {name!r}", parameter)
        require_floats(owner, f"gradient for {name!r}", gradient)
        require_shape(owner, f"gradient for {name!r}", gradient, parameter.shape)
