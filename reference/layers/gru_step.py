"""One step of the gated recurrent unit on the part of its sums that belongs to x.

The columns of all weights hold the reset gate r, the update gate z and the candidate n,
in this order.
"""

import numpy as np

from reference.layers.logistic import logistic
from reference.protocols import Array

RESETS = ("before", "after")
"""Whether r multiplies the state before or after the product with the weight."""

UPDATES = ("keeps_old", "keeps_new")
"""What an update gate of one lets through: the old state or the candidate."""

Saved = dict[str, Array]


def forward(
    sums: Array, h: Array, weight_h: Array, bias_h: Array | None, update: str
) -> tuple[Array, Saved]:
    """Return the next state and what ``backward`` needs.

    Parameters
    ----------
    sums
        ``x @ weight_x + bias`` (N, 3*H).
    bias_h
        Added to ``h @ weight_h``; without it the reset gate acts before the product.
    """
    hidden = h.shape[1]
    gates, candidate = slice(2 * hidden), slice(2 * hidden, None)
    gate_sums = sums[:, gates] + h @ weight_h[:, gates]
    if bias_h is not None:
        gate_sums += bias_h[gates]
    values = logistic(gate_sums)
    r, z = values[:, :hidden], values[:, hidden:]
    # The factor is what r multiplies, left is what the candidate's weight multiplies.
    if bias_h is None:
        factor, left = h, r * h
        product = left @ weight_h[:, candidate]
    else:
        factor, left = h @ weight_h[:, candidate] + bias_h[candidate], h
        product = r * factor
    n = np.tanh(sums[:, candidate] + product)
    old, new = _shares(z, update)
    saved = {"h": h, "r": r, "z": z, "n": n, "factor": factor, "left": left}
    return old * h + new * n, saved


def backward(
    saved: Saved, grad: Array, weight_h: Array, reset: str, update: str
) -> tuple[Array, Array, Array]:
    """Return the gradients for ``sums``, for the products with ``weight_h``, and for h.

    The first two differ in the columns of the candidate if r is multiplied afterwards.
    """
    h, r, z, n, factor, _ = saved.values()
    hidden = h.shape[1]
    gates, candidate = slice(2 * hidden), slice(2 * hidden, None)
    old, new = _shares(z, update)
    grad_n = grad * new * (1.0 - n * n)
    grad_old = grad * (h - n)
    grad_z = (grad_old if update == "keeps_old" else -grad_old) * z * (1.0 - z)
    if reset == "before":
        grad_left = grad_n @ weight_h[:, candidate].T
        grad_r, grad_h, grad_product = grad_left * factor, grad_left * r, grad_n
    else:
        grad_product = grad_n * r
        grad_r, grad_h = grad_n * factor, grad_product @ weight_h[:, candidate].T
    grad_gates = np.concatenate([grad_r * r * (1.0 - r), grad_z], axis=1)
    return (
        np.concatenate([grad_gates, grad_n], axis=1),
        np.concatenate([grad_gates, grad_product], axis=1),
        grad * old + grad_h + grad_gates @ weight_h[:, gates].T,
    )


def parameter_gradients(
    x: Array, h: Array, left: Array, grad_sums: Array, grad_products: Array, reset: str
) -> dict[str, Array]:
    """Return ``grads`` from rows that may belong to any number of steps.

    Parameters
    ----------
    left
        What multiplies the candidate's weight: h, or r * h.
    """
    gates, candidate = np.split(grad_products, [2 * h.shape[1]], axis=1)
    grads = {
        "weight_x": x.T @ grad_sums,
        "weight_h": np.concatenate([h.T @ gates, left.T @ candidate], axis=1),
        "bias": grad_sums.sum(axis=0),
    }
    return grads if reset == "before" else grads | {"bias_h": grad_products.sum(axis=0)}


def _shares(z: Array, update: str) -> tuple[Array, Array]:
    """Return the shares of the old state and of the candidate."""
    return (z, 1.0 - z) if update == "keeps_old" else (1.0 - z, z)
