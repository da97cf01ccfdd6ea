"""Between a training in rows, as it is judged, and what the students' loop sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grader.checks.component import Component
from grader.checks.presentation import rows
from grader.checks.trainings.replay import Net
from grader.contract.messages import Array

Arrays = Mapping[str, Array]

MATRIX, VECTOR = 2, 1


@dataclass(frozen=True)
class Translation:
    """Turns the arrays of a training round, those of whole examples and of parameters.

    Parameters
    ----------
    row
        The parts as the students have them.
    net
        The same parts in rows.
    """

    row: rows.Row
    net: Net

    def shown(self, arrays: Arrays) -> dict[str, Array]:
        """Return arrays in rows as the students have them; other names as they are."""
        found = dict(arrays)
        for name in arrays.keys() & self._places.keys():
            part, own, _ = self._places[name]
            turned = rows.shown(part, {own: arrays[name]}, self.net.widths[-1])
            found[name] = turned[own]
        return found

    def taken(self, arrays: Arrays) -> dict[str, Array]:
        """Return the students' arrays in rows; one of a wrong shape as it is."""
        found = dict(arrays)
        for name in arrays.keys() & self._places.keys():
            part, own, ndim = self._places[name]
            found[name] = rows.taken(part, own, arrays[name], ndim)
        return found

    def scores(self, got: Array) -> Array:
        """Return scores of the last layer in rows."""
        last = self.row.layers[-1]
        return rows.taken(last, last.reference().output, got, MATRIX)

    @property
    def first_label(self) -> int:
        """Return the number of the first class."""
        loss = self.row.loss
        return loss.arrangement.of(loss.plain().inputs[1]).offset

    def layer_looks(self, at: int) -> dict[str, Any]:
        """Return how the arrays of a layer look, for those who stand in for it."""
        part = self.row.layers[at]
        operation = part.plain()
        return _looks(
            part, {n: n for n in (*operation.inputs, *operation.quantities, "grad_out")}
        )

    def loss_looks(self) -> dict[str, Any]:
        """Return how ``scores``, ``labels`` and ``gradient`` of the loss look."""
        loss = self.row.loss
        scores, labels = loss.plain().inputs
        called = {"scores": scores, "labels": labels, "gradient": f"grad_{scores}"}
        return _looks(loss, called)

    @cached_property
    def _places(self) -> dict[str, tuple[Component, str, int]]:
        """Return for each array the part that it belongs to, its name and its axes."""
        first, loss = self.row.layers[0], self.row.loss
        labels = loss.plain().inputs[1]
        found = {
            "X": (first, "x", MATRIX),
            "held_out": (first, "x", MATRIX),
            "y": (loss, labels, VECTOR),
        }
        pairs = zip(self.row.layers, self.net.named(), strict=True)
        for part, (_, names) in pairs:
            for own, name in names.items():
                ndim = VECTOR if own == "bias" else MATRIX
                found[name] = (part, own, ndim)
        return found


def _looks(part: Component, called: Mapping[str, str]) -> dict[str, Any]:
    """Return the looks of arrays that are not as in rows, under what they are called.

    Parameters
    ----------
    called
        The array's own name for each of these.
    """
    looks = {name: part.arrangement.of(own) for name, own in called.items()}
    return {
        name: {
            "axes": None if look.axes is None else list(look.axes),
            "form": look.form,
            "offset": look.offset,
        }
        for name, look in looks.items()
        if look.is_turned
    }
