"""What the layers share that normalise each example by itself."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_shape,
    require_upstream,
)
from reference.normalization import NormalizedSets, Sets
from reference.protocols import Array


@dataclass(frozen=True, slots=True)
class _Saved:
    """What backward needs: ``x_hat`` in rows of one set each."""

    shape: tuple[int, ...]
    normalised: Array
    inverse: Array
    gamma: Array


class ExampleNorm(ABC):
    """Normalise sets of entries of one example, then scale and shift each feature.

    Parameters
    ----------
    features
        Length of ``params["gamma"]`` and ``params["beta"]``.
    eps
        Added to the variance, under the root.

    Notes
    -----
    With ``x_hat = (x - mean) / sqrt(var + eps)`` over a set of M entries, ``g =
    grad_out * gamma`` and sums over the set::

        grad_x = (g - sum(g) / M - x_hat * sum(g * x_hat) / M) / sqrt(var + eps)

    The gradients of ``gamma`` and ``beta`` sum over everything else than features.
    """

    kind: ClassVar[str]
    axes: ClassVar[str]

    def __init__(self, features: int, eps: float) -> None:
        self._owner = type(self).__name__
        self._sets = NormalizedSets(self._owner, self.kind, "rm->r", eps)
        self._features = Sets(self.axes)
        self.params: dict[str, Array] = {
            "gamma": np.ones(features),
            "beta": np.zeros(features),
        }
        self.grads: dict[str, Array] = {}
        self._count = features
        self._saved: _Saved | None = None

    @property
    def eps(self) -> float:
        """Return eps."""
        return self._sets.eps

    @abstractmethod
    def check_input(self, x: Array) -> None:
        """Raise ``ShapeError`` unless ``x`` has a shape that can be normalised."""

    @abstractmethod
    def rows(self, array: Array) -> Array:
        """Return the entries with one set in each row."""

    @abstractmethod
    def by_feature(self, array: Array) -> Array:
        """Return the entries with the axes that ``axes`` names."""

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x``.

        Raises
        ------
        ShapeError
            If ``x`` does not have the shape that this layer normalises, or a
            parameter does not fit.
        ValueError
            If ``eps`` is 0 and all entries of a set are equal.
        """
        gamma, beta = self.params["gamma"], self.params["beta"]
        for name, array in {"x": x, "gamma": gamma, "beta": beta}.items():
            require_floats(self._owner, name, array)
            if name != "x":
                require_shape(self._owner, name, array, (self._count,))
        self.check_input(x)
        sets, features = self._sets, self._features
        normalised, _, variance = sets.moments(self.rows(x))
        inverse = sets.inverse(variance)
        normalised *= sets.along(inverse)
        grouped = self.by_feature(normalised.reshape(x.shape))
        out = grouped * features.along(gamma)
        out += features.along(beta)
        self._saved = _Saved(x.shape, normalised, inverse, gamma.copy())
        return out.reshape(x.shape)

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into that for ``x`` and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        saved = after_forward(self._owner, self._saved)
        require_upstream(self._owner, grad_out, saved.shape)
        sets, features = self._sets, self._features
        upstream = self.by_feature(grad_out)
        normalised = self.by_feature(saved.normalised.reshape(saved.shape))
        self.grads = {
            "gamma": features.sums(upstream, normalised),
            "beta": features.sums(upstream),
        }
        scaled = upstream * features.along(saved.gamma)
        scaled = self.rows(scaled.reshape(saved.shape))
        size = scaled.shape[1]
        share = sets.sums(scaled, saved.normalised) / size
        mean = sets.sums(scaled) / size
        grad = sets.pull_back(scaled, mean, saved.normalised, share)
        grad *= sets.along(saved.inverse)
        return grad.reshape(saved.shape)
