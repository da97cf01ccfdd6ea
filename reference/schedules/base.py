"""What all schedules share that depend on the number of the step alone."""

import math
from abc import ABC, abstractmethod
from numbers import Integral


class Schedule(ABC):
    """A learning rate for every step; a subclass states the formula.

    A step is whatever the caller counts, from 0 on: minibatches or epochs. The rate of
    step 0 is that of the first update.
    """

    def rate(self, step: int) -> float:
        """Return the learning rate of one step.

        Raises
        ------
        ValueError
            If ``step`` is no integer of at least 0.
        """
        return self.formula(require_count(type(self).__name__, "step", step, 0))

    @abstractmethod
    def formula(self, step: int) -> float:
        """Return the learning rate of one step, which has been checked."""


def require_count(owner: str, name: str, value: int, least: int) -> int:
    """Return ``value`` as an ``int`` if it is an integer of at least ``least``.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(
            f"{owner}: {name} must be an integer of at least {least}, got {value!r}"
        )
    return int(value)


def require_rate(owner: str, value: float, name: str = "lr") -> float:
    """Return ``value`` as a ``float`` if it is positive and finite.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not 0 < value < math.inf:
        raise ValueError(f"{owner}: {name} must be positive, got {value}")
    return float(value)


def require_share(owner: str, name: str, value: float) -> float:
    """Return ``value`` as a ``float`` if it is in ``(0, 1]``.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not 0 < value <= 1:
        raise ValueError(f"{owner}: {name} must be in (0, 1], got {value}")
    return float(value)


def require_minimum(owner: str, value: float, lr: float) -> float:
    """Return ``value`` as a ``float`` if it is in ``[0, lr]``.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not 0 <= value <= lr:
        raise ValueError(f"{owner}: minimum must be in [0, {lr}], got {value}")
    return float(value)
