"""What the operations of all normalising layers share: draws, margin, relations."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, always

Shape = tuple[int, ...]


class NormalizationOperation(LayerOperation):
    """A layer that gives sets of entries mean 0 and variance 1.

    Axis 1 of ``x`` holds the features, to which ``gamma`` and ``beta`` belong.

    Attributes
    ----------
    eps
        Added to the variance, or to the standard deviation.
    eps_inside
        Whether it is added under the root.
    """

    inputs: tuple[str, ...] = ("x", "gamma", "beta")
    parameters: tuple[str, ...] = ("gamma", "beta")
    differentiable: tuple[str, ...] = ("x", "gamma", "beta")
    not_differentiable = "where all entries that share a mean are equal, if eps is 0"
    eps: float
    eps_inside: bool = True
    sentence: ClassVar[str]

    @abstractmethod
    def sets(self, shape: Shape) -> Array:
        """Return flat indices into ``x``: one row for entries that share a mean."""

    def draw_entries(self, rng: np.random.Generator, shape: Shape) -> Array:
        """Draw ``x`` with two entries of every set at least 2 apart.

        The variance then is no accident of the draw, and ``eps = 0`` is harmless.
        """
        x = signed(rng, shape)
        rows = self.sets(shape)
        if rows.shape[1] > 1:
            flat = x.reshape(-1)
            one, other = rows[:, 0], rows[:, 1]
            sign = np.sign(flat[one])
            flat[one] += sign
            flat[other] = -sign * (np.abs(flat[other]) + 1.0)
        return x

    def margin(self, arrays: Arrays) -> float:
        """Return half the smallest range of a set if ``eps`` is 0."""
        if self.eps > 0:
            return np.inf
        x = arrays["x"]
        return float(np.ptp(x.reshape(-1)[self.sets(x.shape)], axis=1).min()) / 2.0

    def terms(self, arrays: Arrays) -> dict[str, dict[str, Array]]:
        """Return the three paths from ``out`` back to ``x``."""
        if "grad_out" not in arrays:
            return {}
        x, upstream = arrays["x"], arrays["grad_out"]
        if "gamma" in arrays:
            gamma = arrays["gamma"].reshape((-1, *(1,) * (x.ndim - 2)))
            upstream = upstream * gamma
        rows, scaled = self._taken(x), self._taken(upstream)
        centred = rows - rows.mean(axis=1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True))
        divisor, steepness = self._divisor(deviation)
        normalised = centred / divisor
        slope = (scaled * normalised).mean(axis=1, keepdims=True)
        paths = {
            "the direct path from out to x": scaled / divisor,
            "the path through the mean": -np.broadcast_to(
                scaled.mean(axis=1, keepdims=True) / divisor, scaled.shape
            ),
            "the path through the variance": -normalised * slope * steepness / divisor,
        }
        return {"grad_x": {n: self._placed(v, x.shape) for n, v in paths.items()}}

    def _divisor(self, deviation: Array) -> tuple[Array, Array]:
        """Return the divisor, and how much faster it grows than with eps inside."""
        if self.eps_inside:
            return np.sqrt(deviation**2 + self.eps), np.ones_like(deviation)
        divisor = deviation + self.eps
        safe = np.where(deviation > 0, deviation, 1.0)
        return divisor, np.where(deviation > 0, divisor / safe, 0.0)

    def _placed(self, rows: Array, shape: Shape) -> Array:
        """Return rows of sets as an array of the shape they were taken from."""
        flat = np.empty(rows.size)
        flat[self.sets(shape).reshape(-1)] = rows.reshape(-1)
        return flat.reshape(shape)

    def normalizing_relations(self, unchanged: tuple[str, ...]) -> tuple[Relation, ...]:
        """Return what holds because every set loses its mean and its variance.

        Parameters
        ----------
        unchanged
            The quantities that do not see a shift of a whole set.
        """
        return (self._normalized(), self._no_sum(), self._shift_invariant(unchanged))

    def _taken(self, array: Array) -> Array:
        return array.reshape(-1)[self.sets(array.shape)]

    def _normalized(self) -> Relation:
        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            (arrays,), (answer,) = asked, found
            out = answer["out"]
            if self.parameters:
                features = (-1, *(1,) * (out.ndim - 2))
                gamma, beta = (
                    arrays[name].reshape(features) for name in ("gamma", "beta")
                )
                out = (out - beta) / gamma
            before = self._taken(arrays["x"]).var(axis=1)
            if self.eps_inside:
                share = before / (before + self.eps)
            else:
                share = before / (np.sqrt(before) + self.eps) ** 2
            after = self._taken(out)
            return {
                "mean": (after.mean(axis=1), np.zeros_like(share)),
                "variance": (after.var(axis=1), share),
            }

        return always(
            "normalized",
            f"Before gamma and beta, {self.sentence} has mean 0 and, but for eps, "
            "variance 1.",
            pairs,
        )

    def _no_sum(self) -> Relation:
        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            sums = self._taken(found[0]["grad_x"]).sum(axis=1)
            return {"sums of grad_x": (sums, np.zeros_like(sums))}

        return always(
            "sums_to_zero", f"The gradient for {self.sentence} sums to zero.", pairs
        )

    def _shift_invariant(self, unchanged: tuple[str, ...]) -> Relation:
        def questions(
            rng: np.random.Generator, arrays: Arrays
        ) -> list[dict[str, Array]]:
            x = arrays["x"].copy()
            rows = self.sets(x.shape)
            x.reshape(-1)[rows] += np.round(rng.uniform(-8.0, 8.0, (len(rows), 1)))
            return [dict(arrays), {**arrays, "x": x}]

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            first, second = found
            return {name: (first[name], second[name]) for name in unchanged}

        return Relation(
            "shift_invariant",
            f"Adding one number to {self.sentence} changes nothing.",
            questions,
            pairs,
        )
