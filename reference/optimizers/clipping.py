"""Gradient clipping, between ``backward`` and ``step``."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from reference.arrays import require_floats
from reference.conventions import require_choice
from reference.optimizers.hyperparameters import require_not_negative, require_positive
from reference.protocols import Array, Parameters

PER = ("global", "parameter")
Clip = Callable[[Sequence[Array]], list[Array]]


def clip_by_norm(
    gradients: Sequence[Array], limit: float, per: str = "global", eps: float = 0.0
) -> list[Array]:
    """Shorten gradients whose Euclidean norm exceeds ``limit``; keep their direction.

    Parameters
    ----------
    limit
        Positive.
    per
        ``"global"`` takes one norm over the entries of all gradients and shortens them
        by one factor, so that the direction of the whole step stays. ``"parameter"``
        treats each gradient by itself.
    eps
        At least 0. The factor is ``min(1, limit / (norm + eps))``; PyTorch has 1e-6.

    References
    ----------
    Pascanu, Mikolov, Bengio: "On the difficulty of training recurrent neural networks"
    (2013).

    Examples
    --------
    >>> gradients = [np.array([[3.0]]), np.array([4.0])]
    >>> [clipped.tolist() for clipped in clip_by_norm(gradients, 2.5)]
    [[[1.5]], [2.0]]
    >>> [clipped.tolist() for clipped in clip_by_norm(gradients, 3.0, "parameter")]
    [[[3.0]], [3.0]]
    """
    limit = require_positive("clip_by_norm", "limit", limit)
    eps = require_not_negative("clip_by_norm", "eps", eps)
    require_choice("clip_by_norm", "per", per, PER)
    for gradient in gradients:
        require_floats("clip_by_norm", "gradient", gradient)
    if per == "parameter":
        return [gradient * _factor([gradient], limit, eps) for gradient in gradients]
    factor = _factor(gradients, limit, eps)
    return [gradient * factor for gradient in gradients]


def clip_by_value(gradients: Sequence[Array], limit: float) -> list[Array]:
    """Cut every entry to ``[-limit, limit]``, which changes the direction.

    Parameters
    ----------
    limit
        Positive.

    Examples
    --------
    >>> clip_by_value([np.array([-7.0, 0.5, 2.0])], 1.0)[0].tolist()
    [-1.0, 0.5, 1.0]
    """
    limit = require_positive("clip_by_value", "limit", limit)
    for gradient in gradients:
        require_floats("clip_by_value", "gradient", gradient)
    return [np.clip(gradient, -limit, limit) for gradient in gradients]


def clip_gradients(layers: Sequence[Parameters], clip: Clip) -> None:
    """Replace the gradients of all layers by clipped ones.

    The arrays themselves are not written into.

    Parameters
    ----------
    clip
        Takes the gradients of all parameters, in order, and returns clipped ones.

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[3.0]]), "bias": np.array([4.0])}
    >>> clip_gradients([layer], lambda gradients: clip_by_norm(gradients, 2.5))
    >>> layer.grads["weight"].tolist(), layer.grads["bias"].tolist()
    ([[1.5]], [2.0])
    """
    every = [layer.grads for layer in layers]
    held = [(grads, name) for grads in every for name in grads]
    clipped = clip([grads[name] for grads, name in held])
    for (grads, name), gradient in zip(held, clipped, strict=True):
        grads[name] = gradient


def norm(arrays: Sequence[Array]) -> float:
    """Return the Euclidean norm of the entries of all arrays together.

    Entries are divided by the largest before they are squared: gradients that need
    clipping are those whose squares may overflow.
    """
    largest = max((float(np.max(np.abs(a), initial=0.0)) for a in arrays), default=0.0)
    if not largest:
        return 0.0
    total = sum(float(np.sum(np.square(array / largest))) for array in arrays)
    return largest * math.sqrt(total)


def _factor(gradients: Sequence[Array], limit: float, eps: float) -> float:
    length = norm(gradients) + eps
    return 1.0 if length <= limit else limit / length
