"""Normalisation as formulas that can be made wrong in one place.

A ``View`` arranges ``x`` so that the entries that share a mean lie along some of its
axes. Everything else is the same for a batch, a row and a group.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.misconceptions.changes import changed
from reference.operations.base import Array, Arrays, Operation


@dataclass(frozen=True, slots=True)
class View:
    """How ``x`` is looked at.

    Parameters
    ----------
    shape
        That ``x`` is reshaped to.
    axes
        Along which the entries lie that share a mean.
    features
        Shape of ``gamma`` and ``beta`` in the view, with ones where they repeat.
    """

    shape: tuple[int, ...]
    axes: tuple[int, ...]
    features: tuple[int, ...]


Look = Callable[[Operation, Arrays], View]
Divisor = Callable[[Array, float], tuple[Array, Array]]
"""From a variance and eps to the divisor and its derivative by the variance."""


def inside(variance: Array, eps: float) -> tuple[Array, Array]:
    """Return ``sqrt(variance + eps)``."""
    root = np.sqrt(variance + eps)
    return root, 0.5 / root


def outside(variance: Array, eps: float) -> tuple[Array, Array]:
    """Return ``sqrt(variance) + eps``."""
    root = np.sqrt(variance)
    return root + eps, 0.5 / root


def no_eps(variance: Array, eps: float) -> tuple[Array, Array]:
    """Return ``sqrt(variance)``."""
    return inside(variance, 0.0)


def no_root(variance: Array, eps: float) -> tuple[Array, Array]:
    """Return ``variance + eps``."""
    return variance + eps, np.ones_like(variance)


def squared(variance: Array, eps: float) -> tuple[Array, Array]:
    """Return ``sqrt(variance**2 + eps)``."""
    root = np.sqrt(variance**2 + eps)
    return root, variance / root


def asked_for(operation: Operation) -> Divisor:
    """Return the divisor that the conventions ask for."""
    return inside if getattr(operation, "eps_inside", True) else outside


def is_trained(operation: Operation) -> bool:
    """Tell whether the moments are those of ``x``."""
    return getattr(operation, "mode", "training") == "training"


@dataclass(frozen=True, slots=True)
class Normalized:
    """Everything that the gradients are made of, in the shape of a view.

    Parameters
    ----------
    slope
        Derivative of the divisor by the variance.
    count
        What the sum of squares was divided by.
    """

    view: View
    x: Array
    mean: Array
    variance: Array
    centred: Array
    divisor: Array
    slope: Array
    count: int
    trained: bool
    gamma: Array
    beta: Array

    @property
    def x_hat(self) -> Array:
        """Return the normalised input."""
        return self.centred / self.divisor

    @property
    def out(self) -> Array:
        """Return what the layer returns."""
        return self.x_hat * self.gamma + self.beta

    @property
    def size(self) -> int:
        """Return how many entries share a mean."""
        return self.x.size // self.mean.size

    def back(
        self, g: Array, mean_path: Array | float = 1.0, spread: Array | float = 1.0
    ) -> Array:
        """Return the gradient for ``x`` from that for ``x_hat``.

        Parameters
        ----------
        mean_path, spread
            Factors on what goes back through the mean and through the variance.
        """
        direct, axes = g / self.divisor, self.view.axes
        if not self.trained:
            return direct
        through_mean = direct.mean(axis=axes, keepdims=True)
        weight = 2.0 * self.slope / (self.count * self.divisor**2)
        product = np.sum(g * self.centred, axis=axes, keepdims=True)
        through_spread = weight * product * self.centred
        return direct - mean_path * through_mean - spread * through_spread

    def upstream(self, arrays: Arrays) -> Array:
        """Return the gradient for the output in the shape of the view."""
        return arrays["grad_out"].reshape(self.view.shape)

    def summed(self, terms: Array) -> Array:
        """Return one number per feature, summed over everything else."""
        kept = self.view.features
        others = tuple(axis for axis, length in enumerate(kept) if length == 1)
        return terms.sum(axis=others).reshape(-1)


def normalized(
    operation: Operation,
    arrays: Arrays,
    view: View,
    divide: Divisor | None = None,
    *,
    fewer: int = 0,
    trained: bool | None = None,
) -> Normalized:
    """Return ``x`` normalised with a choice of mistakes.

    Parameters
    ----------
    divide
        In place of the divisor that the conventions ask for.
    fewer
        By how much the divisor of the variance is less than the number of entries.
    trained
        Whether the moments are those of ``x``, in place of what the mode says.
    """
    x = arrays["x"].reshape(view.shape)
    trained = is_trained(operation) if trained is None else trained
    divide = divide or asked_for(operation)
    if trained:
        mean = x.mean(axis=view.axes, keepdims=True)
        count = x.size // mean.size - fewer
        squares = np.sum((x - mean) ** 2, axis=view.axes, keepdims=True)
        variance = squares / np.float64(count)
    else:
        mean = arrays["running_mean"].reshape(view.features)
        variance = arrays["running_var"].reshape(view.features)
        count = 1
    divisor, slope = divide(variance, operation.sizes(arrays)["eps"])
    gamma, beta = (
        arrays[name].reshape(view.features)
        if name in operation.parameters
        else np.full(view.features, neutral)
        for name, neutral in (("gamma", 1.0), ("beta", 0.0))
    )
    return Normalized(
        view, x, mean, variance, x - mean, divisor, slope, count, trained, gamma, beta
    )


def consistent(
    operation: Operation, arrays: Arrays, found: Normalized
) -> dict[str, Array]:
    """Return what is wrong if backward is the derivative of a wrong forward."""
    shape = arrays["x"].shape
    answer = {"out": found.out.reshape(shape), **moved(operation, arrays, found)}
    if "grad_out" in arrays:
        upstream = found.upstream(arrays)
        answer["grad_x"] = found.back(upstream * found.gamma).reshape(shape)
        answer["grad_gamma"] = found.summed(upstream * found.x_hat)
        answer["grad_beta"] = found.summed(upstream)
    return changed(operation, arrays, answer)


def moved(operation: Operation, arrays: Arrays, found: Normalized) -> dict[str, Array]:
    """Return the running moments after the step, if there are any."""
    features = arrays["x"].shape[1]
    if "running_var" not in operation.outputs or not found.trained:
        return {}
    if found.mean.size != features:
        return {}
    variance = found.variance
    if unbiased(operation) and found.count == found.size:
        variance = variance * found.size / np.float64(found.size - 1)
    old = old_share(operation)
    return {
        "running_mean": mixed(old, arrays["running_mean"], found.mean),
        "running_var": mixed(old, arrays["running_var"], variance),
    }


def mixed(old: float, running: Array, batch: Array) -> Array:
    """Return the running average after one more batch."""
    return old * running + (1.0 - old) * batch.reshape(-1)


def unbiased(operation: Operation) -> bool:
    """Tell whether the running variance is that of a sample."""
    settings: dict[str, Any] = vars(operation)["settings"]
    return settings["running_variance"] == "unbiased"


def old_share(operation: Operation) -> float:
    """Return the share of the past in a running moment."""
    settings: dict[str, Any] = vars(operation)["settings"]
    momentum: float = settings["momentum"]
    return momentum if settings["momentum_weights"] == "old" else 1.0 - momentum
