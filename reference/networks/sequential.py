"""Layers one after the other."""

from collections.abc import Mapping, MutableMapping, Sequence

from reference.errors import CallOrderError
from reference.networks.modes import MODES, set_mode
from reference.protocols import Array, Layer


class Sequential:
    """Hand a batch from layer to layer; the whole is a layer again.

    Parameters
    ----------
    layers
        In order. They stay reachable as ``layers``, and keep their own ``params`` and
        ``grads``; one may be a ``Sequential`` itself.

    Notes
    -----
    ``params`` and ``grads`` join those of the layers under names such as
    ``"0.weight"``, position and name. Assigning to a name assigns to the layer that
    owns it, so an optimizer may be given ``[network]`` as well as ``network.layers``.

    Examples
    --------
    >>> network = Sequential([Linear(2, 3), Linear(3, 1)])
    >>> sorted(network.params)
    ['0.bias', '0.weight', '1.bias', '1.weight']
    >>> network.forward(np.ones((4, 2))).shape
    (4, 1)
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)
        self._mode = MODES[0]
        self._ran = False

    def forward(self, x: Array) -> Array:
        """Return the output of the last layer."""
        for layer in self.layers:
            x = layer.forward(x)
        self._ran = True
        return x

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        if not self._ran:
            raise CallOrderError("Sequential: call forward before backward")
        for layer in reversed(self.layers):
            grad_out = layer.backward(grad_out)
        return grad_out

    @property
    def params(self) -> dict[str, Array]:
        """The parameters of all layers; assigning to a name reaches its layer."""
        return _Joined([layer.params for layer in self.layers])

    @params.setter
    def params(self, values: Mapping[str, Array]) -> None:
        for layer, own in zip(self.layers, self._divided(values), strict=True):
            layer.params = own

    @property
    def grads(self) -> dict[str, Array]:
        """The gradients of all parameters; assigning to a name reaches its layer."""
        return _Joined([layer.grads for layer in self.layers])

    @grads.setter
    def grads(self, values: Mapping[str, Array]) -> None:
        for layer, own in zip(self.layers, self._divided(values), strict=True):
            layer.grads = own

    @property
    def mode(self) -> str:
        """``"training"`` or ``"evaluation"``; setting it reaches every layer."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        set_mode(self.layers, mode)
        self._mode = mode

    def train(self) -> None:
        """Set the mode of every layer that has one to ``"training"``."""
        self.mode = "training"

    def evaluate(self) -> None:
        """Set the mode of every layer that has one to ``"evaluation"``."""
        self.mode = "evaluation"

    def _divided(self, values: Mapping[str, Array]) -> list[dict[str, Array]]:
        """Return what of ``values`` belongs to each layer, under its own names."""
        parts: list[dict[str, Array]] = [{} for _ in self.layers]
        for name, array in values.items():
            index, own = _owner(name, len(parts))
            parts[index][own] = array
        return parts


class _Joined(dict[str, Array]):
    """Arrays of several layers under joined names, written through to their owners."""

    def __init__(self, parts: Sequence[dict[str, Array]]) -> None:
        super().__init__(
            {
                f"{index}.{name}": array
                for index, part in enumerate(parts)
                for name, array in part.items()
            }
        )
        self._parts = parts

    def __setitem__(self, name: str, value: Array) -> None:
        index, own = _owner(name, len(self._parts))
        self._parts[index][own] = value
        super().__setitem__(name, value)

    update = MutableMapping.update  # calls __setitem__, which that of a dict does not


def _owner(name: str, count: int) -> tuple[int, str]:
    """Return the position of the layer that owns a joined name, and its own name."""
    index, _, own = name.partition(".")
    if not (index.isdecimal() and int(index) < count and own):
        raise ValueError(
            "Sequential: name must be the position of a layer and a name, such as "
            f"0.weight, got {name!r}"
        )
    return int(index), own
