"""How the arrays of a component look in a course: order of axes, form, scale.

The reference has one layout. An arrangement says what a student's array is in terms of
the reference's: it presents arrays of the reference as students know them, and takes
students' arrays back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.checks.presentation.scales import Scale
from grader.contract.messages import Array
from reference.errors import ShapeError

NEW = "new"
ONE_HOT = "one_hot"
GRADIENT = "grad_"

Axis = int | str


@dataclass(frozen=True, slots=True)
class Presentation:
    """How one array looks.

    Parameters
    ----------
    axes
        The axes of the student's array: numbers of axes of the reference's array, or
        ``"new"`` for an axis of length 1. An axis of the reference that is left out has
        length 1 there. ``None`` leaves all as they are.
    form
        ``"one_hot"``: integers of the reference are rows of zeros and a one.
    offset
        What the student's integers are larger by, such as 1 for labels from 1.
    """

    axes: tuple[Axis, ...] | None = None
    form: str = ""
    offset: int = 0

    @property
    def is_turned(self) -> bool:
        """Tell whether anything is other than the reference has it."""
        return self.axes is not None or bool(self.form or self.offset)

    def left_out(self, ndim: int) -> tuple[int, ...]:
        """Return the axes of an array with ``ndim`` axes that the student's lacks."""
        if self.axes is None:
            return ()
        return tuple(axis for axis in range(ndim) if axis not in self.axes)

    def present(self, value: Array, classes: int = 0) -> Array:
        """Return an array of the reference as the student has it.

        Parameters
        ----------
        classes
            How long a one-hot row is.

        Raises
        ------
        ShapeError
            If the array does not have the axes, or an axis that is left out is not of
            length 1.
        """
        if self.form == ONE_HOT:
            value = np.eye(classes, dtype=np.int64)[value]
        if self.offset:
            value = value + self.offset
        if self.axes is None:
            return value
        lost = self.left_out(value.ndim)
        kept = [axis for axis in self.axes if isinstance(axis, int)]
        if len(kept) + len(lost) != value.ndim or any(
            value.shape[axis] != 1 for axis in lost
        ):
            raise ShapeError(f"axes {self.axes} must fit the array, got {value.shape}")
        value = np.transpose(np.squeeze(value, lost), np.argsort(np.argsort(kept)))
        places = [at for at, axis in enumerate(self.axes) if axis == NEW]
        return np.expand_dims(value, tuple(places)).copy()

    def undo(self, value: Array, ndim: int | None = None) -> Array:
        """Return the student's array as the reference has it.

        Parameters
        ----------
        ndim
            How many axes the reference's array has, where some are left out.

        Raises
        ------
        ShapeError
            If the array does not have the axes that this presentation gives.
        """
        if self.axes is not None:
            places = [at for at, axis in enumerate(self.axes) if axis == NEW]
            if value.ndim != len(self.axes) or any(
                value.shape[at] != 1 for at in places
            ):
                raise ShapeError(
                    f"an array with axes {self.axes} must have them, got {value.shape}"
                )
            kept = [axis for axis in self.axes if isinstance(axis, int)]
            value = np.transpose(np.squeeze(value, tuple(places)), np.argsort(kept))
            lost = self.left_out(len(kept) if ndim is None else ndim)
            value = np.expand_dims(value, lost).copy()
        if self.offset:
            value = value - self.offset
        return value.argmax(axis=-1) if self.form == ONE_HOT else value


AS_IT_IS = Presentation()


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How all arrays of a component look.

    Parameters
    ----------
    arrays
        By name of an input, an output or a gradient. A gradient looks like what it is
        the gradient of unless it is named itself.
    scale
        What the student's array is, as a multiple of the reference's; by name, and
        nothing follows from it for other arrays.
    """

    arrays: Mapping[str, Presentation] = field(default_factory=dict)
    scale: Mapping[str, Scale] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.arrays or self.scale)

    def of(self, name: str) -> Presentation:
        """Return how the array called ``name`` looks."""
        if name in self.arrays:
            return self.arrays[name]
        found = self.arrays.get(name.removeprefix(GRADIENT), AS_IT_IS)
        # The axes of a gradient follow; it does not hold labels.
        return Presentation(found.axes)
