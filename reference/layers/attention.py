"""Attention weights and their gradients, whatever axes come before the last two."""

import numpy as np

from reference.arrays import require_floats, require_mask, require_shape
from reference.errors import ConventionError, ShapeError
from reference.protocols import Array

MASKS = ("none", "given", "shared", "causal")
"""Who decides which query may attend to which key."""


def require_sequences(
    owner: str, given: dict[str, Array], widths: dict[str, int]
) -> tuple[int, int, int]:
    """Return N, T and S if query, key and value agree about them.

    Parameters
    ----------
    given
        ``query`` (N, T, ...), ``key`` (N, S, ...) and ``value`` (N, S, ...).
    widths
        Lengths of the last axes; left out where any will do.

    Raises
    ------
    DtypeError, NonFiniteError
        If an array does not hold finite floating-point numbers.
    ShapeError
        If the shapes do not fit each other, or an axis is empty.
    """
    letters = {"query": "TK", "key": "SK", "value": "SV"}
    for name, array in given.items():
        require_floats(owner, name, array)
        steps, width = letters[name][0], widths.get(name, letters[name][1])
        fits = array.ndim == 3 and array.shape[2] == widths.get(name, array.shape[2])
        if not fits or 0 in array.shape:
            raise ShapeError(
                f"{owner}: {name} must be (N, {steps}, {width}) with no empty axis, "
                f"got {array.shape}"
            )
    count, steps, _ = given["query"].shape
    _, keys, width = given["key"].shape
    require_shape(owner, "key", given["key"], (count, keys, width))
    require_shape(
        owner, "value", given["value"], (count, keys, given["value"].shape[2])
    )
    return count, steps, keys


def permitted(
    owner: str, kind: str, mask: Array | None, sizes: tuple[int, int, int]
) -> Array | None:
    """Return which query may attend to which key, (N, T, S) or (T, S), or ``None``.

    Parameters
    ----------
    kind
        One of ``MASKS``.
    mask
        What the caller handed in.
    sizes
        N, T and S.

    Raises
    ------
    ConventionError
        If there is a mask although none is taken, or the other way round.
    DtypeError, ShapeError
        If the mask does not hold booleans or has another shape.
    ValueError
        If a query may attend to no key.
    """
    taken = kind in ("given", "shared")
    if (mask is not None) != taken:
        got = "none" if mask is None else "one"
        which = "handed in" if taken else "left out"
        raise ConventionError(
            f"{owner}: mask must be {which} where the convention is {kind!r}, got {got}"
        )
    if kind == "causal":
        return np.tri(*sizes[1:], dtype=bool)
    if mask is None:
        return None
    require_mask(owner, "mask", mask, sizes if kind == "given" else sizes[1:])
    blocked = np.argwhere(~mask.any(axis=-1))
    if len(blocked):
        place = ", ".join(str(index) for index in blocked[0])
        raise ValueError(
            f"{owner}: mask must let every query attend to at least one key, "
            f"got none for mask[{place}]"
        )
    return mask


def attend(
    query: Array, key: Array, value: Array, allowed: Array | None, factor: float
) -> tuple[Array, Array]:
    """Return ``softmax(factor * query @ key.T) @ value`` and the softmax.

    Parameters
    ----------
    query, key, value
        (..., T, K), (..., S, K) and (..., S, V).
    allowed
        Booleans that broadcast to (..., T, S), with a true one in each row.
    """
    scores = query @ key.swapaxes(-1, -2) * factor
    if allowed is not None:
        np.copyto(scores, -np.inf, where=~allowed)
    scores -= scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores, out=scores)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ value, weights


def attend_backward(
    query: Array,
    key: Array,
    value: Array,
    weights: Array,
    factor: float,
    grad_out: Array,
) -> tuple[Array, Array, Array]:
    """Return the gradients for query, key and value.

    A pair that is not allowed has a weight of zero, and so its score no gradient.
    """
    grad_weights = grad_out @ value.swapaxes(-1, -2)
    means = np.sum(weights * grad_weights, axis=-1, keepdims=True)
    grad_scores = weights * (grad_weights - means) * factor
    return (
        grad_scores @ key,
        grad_scores.swapaxes(-1, -2) @ query,
        weights.swapaxes(-1, -2) @ grad_out,
    )
