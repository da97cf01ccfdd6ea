"""The checks of numbers that the optimizers share."""

import math


def require_fraction(owner: str, name: str, value: float) -> float:
    """Return ``value`` as a ``float`` if it is in ``[0, 1)``.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not 0 <= value < 1:
        raise ValueError(f"{owner}: {name} must be in [0, 1), got {value}")
    return float(value)


def require_not_negative(owner: str, name: str, value: float) -> float:
    """Return ``value`` as a ``float`` if it is finite and at least 0.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not 0 <= value < math.inf:
        raise ValueError(f"{owner}: {name} must be at least 0, got {value}")
    return float(value)


def require_positive(owner: str, name: str, value: float) -> float:
    """Return ``value`` as a ``float`` if it is finite and above 0.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not 0 < value < math.inf:
        raise ValueError(f"{owner}: {name} must be positive, got {value}")
    return float(value)
