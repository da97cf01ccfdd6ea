"""One step of the long short-term memory on sums that are already formed."""

from collections.abc import Mapping

import numpy as np

from reference.layers.logistic import logistic
from reference.protocols import Array

GATE_ORDERS = ("ifog", "ifgo")
"""Orders of input gate, forget gate, output gate and candidate in the columns."""

Saved = tuple[Mapping[str, Array], Array, Array]


def gates(sums: Array, order: str) -> dict[str, Array]:
    """Return views of the four blocks of ``sums`` by their letters."""
    hidden = sums.shape[-1] // len(order)
    return {
        letter: sums[..., place * hidden : (place + 1) * hidden]
        for place, letter in enumerate(order)
    }


def forward(sums: Array, c: Array, order: str) -> tuple[Array, Array, Saved]:
    """Return the next states h and c, and what ``backward`` needs.

    Parameters
    ----------
    sums
        ``x @ weight_x + h @ weight_h + bias`` (N, 4*H); overwritten and kept.
    """
    value = gates(sums, order)
    for letter in "ifo":
        logistic(value[letter])
    np.tanh(value["g"], out=value["g"])
    next_c = value["f"] * c + value["i"] * value["g"]
    squashed = np.tanh(next_c)
    return value["o"] * squashed, next_c, (value, c, squashed)


def backward(
    saved: Saved, grad_h: Array, grad_c: Array, grad_sums: Array, order: str
) -> Array:
    """Fill ``grad_sums`` (N, 4*H) and return the gradient for the cell state before.

    Parameters
    ----------
    grad_h, grad_c
        Gradients for the two states after this step.
    """
    value, c, squashed = saved
    i, f, o, g = (value[letter] for letter in "ifog")
    grad = gates(grad_sums, order)
    grad_c = grad_c + grad_h * o * (1.0 - squashed * squashed)
    grad["i"][...] = grad_c * g * i * (1.0 - i)
    grad["f"][...] = grad_c * c * f * (1.0 - f)
    grad["o"][...] = grad_h * squashed * o * (1.0 - o)
    grad["g"][...] = grad_c * i * (1.0 - g * g)
    return grad_c * f
