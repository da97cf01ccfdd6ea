"""How the arrays of a course lie, for stand-ins that answer in rows.

A look is a dict of the options: ``axes`` lists the axes of the student's array, numbers
of axes of the array in rows or ``"new"`` for one of length 1; ``form`` is ``"one_hot"``
for labels as rows of zeros and a one; ``offset`` is what labels are larger by.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.contract.messages import Array


class Looks:
    """Turns arrays round by name; one that nothing is said about stays as it is.

    Parameters
    ----------
    options
        One look for each name.
    """

    def __init__(self, options: Mapping[str, Mapping[str, Any]]) -> None:
        self._options = options

    def shown(self, name: str, value: Array) -> Array:
        """Return an array in rows as the student has it."""
        axes = self._options.get(name, {}).get("axes")
        if axes is None:
            return value
        order = [axis for axis in axes if axis != "new"]
        added = tuple(at for at, axis in enumerate(axes) if axis == "new")
        turned: Array = np.expand_dims(value.transpose(order), added)
        return np.array(turned)

    def taken(self, name: str, value: Any) -> Any:
        """Return a student's array in rows, and as it is if it cannot be turned."""
        look = self._options.get(name)
        if look is None:
            return value
        try:
            return _in_rows(np.asarray(value, dtype=np.float64), look)
        except (TypeError, ValueError):
            return value


def _in_rows(value: Array, look: Mapping[str, Any]) -> Array:
    axes = look.get("axes")
    if axes is not None:
        added = tuple(at for at, axis in enumerate(axes) if axis == "new")
        kept = np.array([axis for axis in axes if axis != "new"])
        value = np.squeeze(value, added).transpose(kept.argsort())
    value = value - look.get("offset", 0)
    return value.argmax(axis=-1) if look.get("form") == "one_hot" else value
