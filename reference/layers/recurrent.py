"""What recurrent layers share: parameters, the checks of shapes, order of the axes."""

from abc import ABC, abstractmethod

import numpy as np

from reference.arrays import require_floats, require_shape
from reference.errors import ShapeError
from reference.protocols import Array


class Recurrent(ABC):
    """Hold the parameters of a recurrent layer and check what comes in.

    Parameters
    ----------
    in_features, hidden_features
        D and H. With B ``blocks``, ``params["weight_x"]`` is (D, B*H),
        ``params["weight_h"]`` is (H, B*H) and ``params["bias"]`` is (B*H,).
    rng
        Draws the weights from normal distributions of variance ``1 / D`` and
        ``1 / H``. Without it they are zero, for callers who set ``params`` themselves.
        Every bias starts at zero in both cases.
    """

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        rng: np.random.Generator | None = None,
    ) -> None:
        if in_features < 1 or hidden_features < 1:
            raise ValueError(
                f"{type(self).__name__}: in_features and hidden_features must be at "
                f"least 1, got {in_features} and {hidden_features}"
            )
        width = self.blocks * hidden_features
        self.params: dict[str, Array] = {
            "weight_x": _weight(in_features, width, rng),
            "weight_h": _weight(hidden_features, width, rng),
            "bias": np.zeros(width),
        }
        self.grads: dict[str, Array] = {}

    @property
    @abstractmethod
    def blocks(self) -> int:
        """How many blocks of H columns the weights have: one for each gate."""

    def require_rows(self, x: Array, **states: Array) -> None:
        """Raise unless ``x`` is (N, D), each state (N, H) and the parameters fit.

        Raises
        ------
        DtypeError, NonFiniteError
            If an array does not hold finite floating-point numbers.
        ShapeError
            If the shapes do not fit each other.
        """
        features, hidden = self._require_parameters()
        self._require_floats({"x": x, **states})
        if x.ndim != 2 or x.shape[1] != features:
            raise ShapeError(
                f"{type(self).__name__}: x must be (N, {features}), got {x.shape}"
            )
        self._require_states(states, (len(x), hidden))

    def require_steps(self, x: Array, **states: Array) -> None:
        """Raise unless ``x`` is (N, T, D), each state (N, H) and the parameters fit.

        Raises
        ------
        DtypeError, NonFiniteError
            If an array does not hold finite floating-point numbers.
        ShapeError
            If the shapes do not fit each other, or there is no step.
        """
        features, hidden = self._require_parameters()
        self._require_floats({"x": x, **states})
        if x.ndim != 3 or x.shape[2] != features or x.shape[1] < 1:
            raise ShapeError(
                f"{type(self).__name__}: x must be (N, T, {features}) with T at least "
                f"1, got {x.shape}"
            )
        self._require_states(states, (len(x), hidden))

    def _require_parameters(self) -> tuple[int, int]:
        """Return D and H if the parameters agree about them."""
        owner = type(self).__name__
        self._require_floats(self.params)
        weights = dict(self.params)
        weight_x, weight_h = weights.pop("weight_x"), weights.pop("weight_h")
        if weight_h.ndim != 2 or weight_h.shape[1] != self.blocks * len(weight_h):
            columns = "H" if self.blocks == 1 else f"{self.blocks}*H"
            raise ShapeError(
                f"{owner}: weight_h must be (H, {columns}), got {weight_h.shape}"
            )
        hidden, width = weight_h.shape
        if weight_x.ndim != 2 or weight_x.shape[1] != width:
            raise ShapeError(
                f"{owner}: weight_x must be (D, {width}), got {weight_x.shape}"
            )
        for name, bias in weights.items():
            require_shape(owner, name, bias, (width,))
        return len(weight_x), hidden

    def _require_floats(self, arrays: dict[str, Array]) -> None:
        for name, array in arrays.items():
            require_floats(type(self).__name__, name, array)

    def _require_states(
        self, states: dict[str, Array], expected: tuple[int, int]
    ) -> None:
        for name, state in states.items():
            require_shape(type(self).__name__, name, state, expected)


def _weight(rows: int, columns: int, rng: np.random.Generator | None) -> Array:
    if rng is None:
        return np.zeros((rows, columns))
    return rng.normal(0.0, rows**-0.5, (rows, columns))


def steps_first(array: Array) -> Array:
    """Return a copy of (N, T, K) as (T, N, K), each step in one piece."""
    return array.swapaxes(0, 1).copy()
