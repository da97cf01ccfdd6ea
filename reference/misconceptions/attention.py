"""Attention as formulas that can be made wrong in one place."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reference.operations.base import Array, Arrays, Operation

Factor = Callable[[Operation, int], float]
"""From the width of a key to what the scores are multiplied by."""


def turned(array: Array) -> Array:
    """Return the last two axes exchanged."""
    return array.swapaxes(-1, -2)


def reshaped(array: Array) -> Array:
    """Return the shape of the transposed array, but not its entries."""
    *others, rows, columns = array.shape
    return array.reshape(*others, columns, rows)


def asked_for(operation: Operation, width: int) -> float:
    """Return the factor that the conventions ask for."""
    return float(width**-0.5) if vars(operation)["scale"] else 1.0


def permitted(operation: Operation, arrays: Arrays) -> Array | None:
    """Return the mask, broadcast to (N, T, S), or nothing if there is none."""
    if vars(operation)["mask"] == "none":
        return None
    (count, steps, _), keys = arrays["query"].shape, arrays["key"].shape[1]
    mask = arrays.get("mask", np.tri(steps, keys, dtype=bool))
    return np.broadcast_to(mask, (count, steps, keys))


def closed_out(scores: Array, allowed: Array | None) -> Array:
    """Return scores with minus infinity for keys that are not allowed."""
    return scores if allowed is None else np.where(allowed, scores, -np.inf)


def softmax(scores: Array, axis: int = -1) -> Array:
    """Return a softmax along an axis."""
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    total: Array = exponentials / exponentials.sum(axis=axis, keepdims=True)
    return total


def weigh(scores: Array, allowed: Array | None) -> Array:
    """Return the right weights."""
    return softmax(closed_out(scores, allowed))


def unweigh(weights: Array, grad_weights: Array, allowed: Array | None) -> Array:
    """Return the right gradient for the scores."""
    mean = np.sum(weights * grad_weights, axis=-1, keepdims=True)
    return weights * (grad_weights - mean)


@dataclass(frozen=True)
class Attention:
    """Attention with a choice of mistakes; by default there are none.

    Parameters
    ----------
    factor, back_factor
        On the scores, and on their gradient if it is another one.
    weigh
        From scores and mask to weights.
    unweigh
        From weights, their gradient and the mask to the gradient for the scores.
    turn
        What is done to the keys before queries are multiplied with them.
    turn_value, turn_weights
        What is done on the way back to the values, and to the weights.
    turn_scores
        What is done to the gradient for the scores where the one for the keys is
        made, if it is not what undoes ``turn``.
    """

    factor: Factor = asked_for
    back_factor: Factor | None = None
    weigh: Callable[[Array, Array | None], Array] = weigh
    unweigh: Callable[[Array, Array, Array | None], Array] = unweigh
    turn: Callable[[Array], Array] = turned
    turn_value: Callable[[Array], Array] = turned
    turn_weights: Callable[[Array], Array] = turned
    turn_scores: Callable[[Array], Array] | None = None

    def forward(
        self,
        operation: Operation,
        query: Array,
        key: Array,
        value: Array,
        allowed: Array | None,
    ) -> tuple[Array, Array]:
        """Return the output and the weights."""
        factor = self.factor(operation, query.shape[-1])
        weights = self.weigh(query @ self.turn(key) * factor, allowed)
        return weights @ value, weights

    def backward(
        self,
        operation: Operation,
        query: Array,
        key: Array,
        value: Array,
        allowed: Array | None,
        weights: Array,
        grad: Array,
    ) -> tuple[Array, Array, Array]:
        """Return the gradients for query, key and value."""
        factor = (self.back_factor or self.factor)(operation, query.shape[-1])
        grad_weights = grad @ self.turn_value(value)
        grad_scores = self.unweigh(weights, grad_weights, allowed) * factor
        if self.turn_scores is None:
            # What undoes a wrong turn of the keys is the same turn again.
            grad_key = self.turn(turned(query) @ grad_scores)
        else:
            grad_key = self.turn_scores(grad_scores) @ query
        return (
            grad_scores @ turned(self.turn(key)),
            grad_key,
            self.turn_weights(weights) @ grad,
        )
