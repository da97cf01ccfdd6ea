"""Division by the root of a mean square, with a small number where a course has it."""

import numpy as np

from reference.conventions import require_choice
from reference.optimizers.hyperparameters import require_positive
from reference.protocols import Array

EPS_PLACES = ("outside", "inside", "none")


def require_eps(owner: str, eps: float, eps_place: str) -> tuple[float, str]:
    """Return both if ``eps`` is positive and ``eps_place`` is one of ``EPS_PLACES``.

    Raises
    ------
    ConventionError, ValueError
        If they are not. ``eps`` is checked although ``"none"`` does not use it.
    """
    place = require_choice(owner, "eps_place", eps_place, EPS_PLACES)
    return require_positive(owner, "eps", eps), place


def over_root(numerator: Array, square: Array, eps: float, eps_place: str) -> Array:
    """Return ``numerator`` over the root of ``square``.

    Parameters
    ----------
    square
        Not negative, of the shape of ``numerator``.
    eps_place
        ``"outside"`` divides by ``sqrt(square) + eps``, ``"inside"`` by
        ``sqrt(square + eps)``, ``"none"`` by ``sqrt(square)``. The last has no value
        where ``square`` is 0: every gradient so far was 0, or too small to square. It
        is taken as 0 there, so that the parameter stays where it is.
    """
    if eps_place == "inside":
        return numerator / np.sqrt(square + eps)
    root = np.sqrt(square)
    if eps_place == "outside":
        return numerator / (root + eps)
    return np.divide(numerator, root, out=np.zeros_like(numerator), where=root > 0)
