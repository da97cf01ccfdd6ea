"""Batch normalisation of rows of features."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_shape,
    require_upstream,
)
from reference.conventions import require_choice, require_flag
from reference.errors import ShapeError
from reference.normalization import NormalizedSets
from reference.protocols import Array


@dataclass(frozen=True, slots=True)
class _Saved:
    """What backward needs.

    ``centred * inverse`` is ``x_hat`` and ``factor`` is ``gamma * inverse``. ``share``
    turns ``grad_gamma`` into the part that the variance takes away; it is ``None``
    where the moments are constants.
    """

    shape: tuple[int, ...]
    centred: Array
    inverse: Array
    factor: Array
    share: Array | None


class BatchNorm:
    """Give each feature mean 0 and variance 1 over the batch, then scale and shift.

    Parameters
    ----------
    num_features
        D. ``params["gamma"]`` and ``params["beta"]`` are (D,), and so are the
        attributes ``running_mean`` and ``running_var``.
    mode
        ``"training"`` normalises with the moments of the batch and moves the running
        ones; ``"evaluation"`` normalises with the running moments, as constants. The
        attribute ``mode`` may be set between two passes.
    eps
        Keeps the divisor away from 0. With 0, which Penn CIS 4190 has, a feature that
        is the same in the whole batch is refused.
    eps_inside
        Whether the divisor is ``sqrt(var + eps)`` or ``sqrt(var) + eps`` (MIT 6.036).
    momentum, momentum_weights
        ``"old"``: ``running = momentum*running + (1 - momentum)*batch`` (Stanford
        CS231n). ``"new"``: ``running = (1 - momentum)*running + momentum*batch``
        (PyTorch, CMU 10-714).
    running_variance
        Whether the running variance moves towards the ``"biased"`` variance of the
        batch, a mean over N, or the ``"unbiased"`` one, over N - 1. The batch itself
        is always normalised with the biased one.
    affine
        Without it there are no parameters and the output is the normalised input.

    Notes
    -----
    ``x_hat = (x - mean) / sqrt(var + eps)`` and ``out = gamma * x_hat + beta``. With
    sums over the batch, ``grad_beta = sum(grad_out)``, ``grad_gamma = sum(grad_out *
    x_hat)`` and, because mean and variance depend on every row::

        grad_x = gamma / sqrt(var + eps)
                 * (grad_out - grad_beta / N - x_hat * grad_gamma / N)

    so each column of ``grad_x`` sums to zero. With eps outside the root the last term
    is multiplied by ``(sqrt(var) + eps) / sqrt(var)``. A batch of one has the output
    ``beta`` and no gradient. In evaluation ``grad_x = grad_out * gamma / sqrt(var +
    eps)``.

    References
    ----------
    Ioffe, Szegedy: "Batch Normalization: Accelerating Deep Network Training by
    Reducing Internal Covariate Shift" (2015); Penn CIS 4190/5190, lecture 12.

    Examples
    --------
    >>> layer = BatchNorm(1, eps=0.0)
    >>> layer.forward(np.array([[1.0], [5.0]])).tolist()
    [[-1.0], [1.0]]
    >>> layer.running_mean.round(3).tolist()
    [0.3]
    """

    axes: ClassVar[str] = "nd->d"
    kind: ClassVar[str] = "feature"
    sides: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        num_features: int,
        mode: str = "training",
        *,
        eps: float = 1e-5,
        eps_inside: bool = True,
        momentum: float = 0.9,
        momentum_weights: str = "old",
        running_variance: str = "biased",
        affine: bool = True,
    ) -> None:
        self._owner = owner = type(self).__name__
        if num_features < 1:
            raise ValueError(
                f"{owner}: num_features must be at least 1, got {num_features}"
            )
        if not 0 <= momentum <= 1:
            raise ValueError(f"{owner}: momentum must be in [0, 1], got {momentum}")
        self._sets = NormalizedSets(
            owner, self.kind, self.axes, eps, eps_inside=eps_inside
        )
        self.num_features = num_features
        self.mode = require_choice(owner, "mode", mode, _MODES)
        self.momentum = float(momentum)
        self.momentum_weights = require_choice(
            owner, "momentum_weights", momentum_weights, ("old", "new")
        )
        self.running_variance = require_choice(
            owner, "running_variance", running_variance, ("biased", "unbiased")
        )
        self.affine = require_flag(owner, "affine", affine)
        self.params: dict[str, Array] = {}
        if affine:
            self.params["gamma"] = np.ones(num_features)
            self.params["beta"] = np.zeros(num_features)
        self.grads: dict[str, Array] = {}
        self.running_mean: Array = np.zeros(num_features)
        self.running_var: Array = np.ones(num_features)
        self._saved: _Saved | None = None

    @property
    def eps(self) -> float:
        """Return eps."""
        return self._sets.eps

    @property
    def eps_inside(self) -> bool:
        """Return whether eps is added under the root."""
        return self._sets.eps_inside

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x``; in training, move the running moments.

        Raises
        ------
        ShapeError
            If ``x`` does not have the shape that this layer normalises, the batch is
            too small for an unbiased variance, or a parameter does not fit.
        ValueError
            If ``eps`` is 0 and a variance that is divided by is 0.
        """
        self._check(x)
        sets = self._sets
        entries = self._entries(x)
        size = sets.size(entries)
        training = require_choice(self._owner, "mode", self.mode, _MODES) == "training"
        if training:
            centred, mean, variance = sets.moments(entries)
            self._move(mean, variance, size)
        else:
            variance = self._constant()
            centred = entries - sets.along(self.running_mean)
        inverse = sets.inverse(variance)
        factor = inverse * self.params["gamma"] if self.affine else inverse
        out = centred * sets.along(factor)
        if self.affine:
            out += sets.along(self.params["beta"])
        share = inverse * sets.steepness(variance) / size if training else None
        self._saved = _Saved(x.shape, centred, inverse, factor, share)
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
        sets = self._sets
        upstream = self._entries(grad_out)
        total = sets.sums(upstream)
        product = sets.sums(upstream, saved.centred) * saved.inverse
        self.grads = {"gamma": product, "beta": total} if self.affine else {}
        factor = sets.along(saved.factor)
        if saved.share is None:
            return (upstream * factor).reshape(saved.shape)
        mean = total / sets.size(upstream)
        grad = sets.pull_back(upstream, mean, saved.centred, product * saved.share)
        grad *= factor
        return grad.reshape(saved.shape)

    def _entries(self, array: Array) -> Array:
        """Return the entries with the axes that ``axes`` names."""
        return array

    def _check(self, x: Array) -> None:
        owner = self._owner
        held = {"running_mean": self.running_mean, "running_var": self.running_var}
        for name, array in {"x": x, **self.params, **held}.items():
            require_floats(owner, name, array)
            if name != "x":
                require_shape(owner, name, array, (self.num_features,))
        sides = len(self.sides)
        if x.ndim != 2 + sides or x.shape[1] != self.num_features or not x.size:
            expected = ", ".join(("N", str(self.num_features), *self.sides))
            raise ShapeError(
                f"{owner}: x must be ({expected}) and not empty, got {x.shape}"
            )

    def _move(self, mean: Array, variance: Array, count: int) -> None:
        """Move the running moments towards those of the batch."""
        if self.running_variance == "unbiased":
            if count == 1:
                raise ShapeError(
                    f"{self._owner}: x must have at least 2 entries per {self.kind} "
                    "for an unbiased variance, got 1"
                )
            variance = variance * (count / (count - 1))
        old = self.momentum if self.momentum_weights == "old" else 1 - self.momentum
        self.running_mean = old * self.running_mean + (1 - old) * mean
        self.running_var = old * self.running_var + (1 - old) * variance

    def _constant(self) -> Array:
        """Return the running variance if it can be divided by."""
        lowest = self.running_var.min()
        if lowest < 0:
            raise ValueError(
                f"{self._owner}: running_var must not be negative, got {lowest}"
            )
        if lowest == 0 and self.eps == 0:
            raise ValueError(
                f"{self._owner}: running_var must be positive when eps is 0, got 0"
            )
        return self.running_var


_MODES = ("training", "evaluation")
