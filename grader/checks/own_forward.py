"""Measure whether a gradient is the derivative of the student's *own* forward.

The forward is evaluated along one random direction per tensor, at 0, h, -h, 2h and
-2h, for a ladder of steps h. The slope comes with a measured error bar, so there are
three answers: consistent, inconsistent, and inconclusive. Kinks and noise make a step
inconclusive; they never make it fail. Method and constants: ``numerics`` notes, 1.4.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from grader.checks.answers import Answer
from grader.checks.compare import UNIT, jittered
from grader.contract.messages import Array, Call

Values = Mapping[str, Array]
MakeCall = Callable[[Values], Call]
Ask = Callable[[Sequence[Call]], list[Answer]]

DIRECTIONS = 2
SAFETY = 16.0  # for the dot product of a gradient with a direction
GRID = 2.0**-16
OFFSETS = 4  # h, -h, 2h, -2h
# A change of this many last digits must show in the output, or digits are missing.
TOUCH = 2.0**13


class Consistency(StrEnum):
    """Whether a gradient belongs to a forward."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    INCONCLUSIVE = "inconclusive"


class Doubt(StrEnum):
    """Why nothing can be concluded about a gradient."""

    NONE = "none"
    NOT_FINITE = "not finite"  # or of a shape that cannot be summed
    RANDOM = "random"
    BLUNT = "blunt"  # the input can change and the output does not
    ROUGH = "rough"  # a kink nearby, noise, or fewer digits than the steps need


@dataclass(frozen=True, slots=True)
class Precision:
    """What the arithmetic of the student's code can resolve.

    Parameters
    ----------
    unit
        Unit roundoff.
    ladder
        Steps to try, largest first; powers of two.
    noise_draws
        How often the noise of the forward is measured.
    safety
        By how much more than that noise, or than rounding at the least, a sum over the
        outputs may be off.
    negligible
        A slope is measured well enough if its noise is small beside this share of the
        largest gradient: one that is zero by nature has no size of its own.
    rounds_at_random
        Whether the roundings of the outputs count as independent of each other: their
        sum is then as large as their root of squares, else as the sum of their sizes.

    Notes
    -----
    Single precision has no digits to give away. The noise of a sum over many outputs
    is measured more often there, and trusted more: on right code of all operations the
    worst case that is supposed in double precision is a hundred times what is seen.
    Long steps have little noise, and are right where the forward is linear in a tensor,
    as in a bias. Where it is not, they contradict each other and decide nothing.
    """

    unit: float
    ladder: tuple[float, ...]
    noise_draws: int = 3
    safety: float = 16.0
    negligible: float = 2.0**-16
    rounds_at_random: bool = False


DOUBLE = Precision(UNIT, (2.0**-13, 2.0**-17, 2.0**-20))
SINGLE = Precision(
    2.0**-24,
    (2.0**3, 2.0**0, 2.0**-3, 2.0**-5, 2.0**-7, 2.0**-9),
    noise_draws=8,
    safety=4.0,
    negligible=2.0**-8,
    rounds_at_random=True,
)


@dataclass(frozen=True, slots=True)
class Slope:
    """The slope of the student's forward along a direction, and what was claimed.

    Parameters
    ----------
    steps, errors
        For the picture: the plain central difference at each step, against the claim.
    doubt
        Why it is inconclusive, if it is.
    """

    consistency: Consistency
    measured: float = np.nan
    claimed: float = np.nan
    tolerance: float = np.nan
    steps: tuple[float, ...] = ()
    errors: tuple[float, ...] = ()
    doubt: Doubt = Doubt.NONE


def _unclear(doubt: Doubt) -> Slope:
    return Slope(Consistency.INCONCLUSIVE, doubt=doubt)


class Probe:
    """The calls that measure the slopes, and what their answers mean.

    Parameters
    ----------
    arrays
        Inputs of the forward; every key of ``gradients`` is among them.
    gradients
        What the student claims, by the *input* each gradient belongs to.
    upstreams
        Weights of the sum over each output of the forward; 1 for a loss.
    largest_norm
        Of the gradients of the component, those that are not measured here included.
    directions
        How many directions are tried per tensor until one is conclusive.
    """

    def __init__(
        self,
        arrays: Values,
        gradients: Values,
        upstreams: Values,
        rng: np.random.Generator,
        precision: Precision = DOUBLE,
        *,
        largest_norm: float = 0.0,
        directions: int = DIRECTIONS,
    ) -> None:
        self.arrays = arrays
        self.gradients = gradients
        self.upstreams = upstreams
        self.precision = precision
        self._least_norm = precision.negligible * largest_norm
        self.offsets = [
            sign * step for step in precision.ladder for sign in (1.0, -1.0, 2.0, -2.0)
        ]
        every, digit = tuple(arrays), 2 * precision.unit
        self._noisy = [
            self._moved(rng, every, digit) for _ in range(precision.noise_draws)
        ]
        touch = TOUCH * precision.unit
        self._touched = [self._moved(rng, (name,), touch) for name in gradients]
        self._directions = {
            name: [_direction(rng, arrays[name].shape) for _ in range(directions)]
            for name in gradients
        }

    def inputs(self) -> list[Values]:
        """Return the inputs of all evaluations, in the order ``judge`` reads them."""
        points: list[Values] = [self.arrays, self.arrays, *self._noisy, *self._touched]
        for name, directions in self._directions.items():
            points += [
                {**self.arrays, name: self.arrays[name] + offset * direction}
                for direction in directions
                for offset in self.offsets
            ]
        return points

    def judge(self, answers: Sequence[Answer]) -> dict[str, Slope]:
        """Return one slope for each gradient, by the input it belongs to."""
        with np.errstate(all="ignore"):
            sums = [self._sum(answer) for answer in answers]
            phi = np.array([np.nan if v is None else v for v in sums])
            begin = 2 + self.precision.noise_draws
            start, again, *noisy = phi[:begin]
            if not np.isfinite(start):
                return dict.fromkeys(self._directions, _unclear(Doubt.NOT_FINITE))
            if start != again:
                return dict.fromkeys(self._directions, _unclear(Doubt.RANDOM))
            # Leaving the domain of the forward is nobody's fault, and a long step may.
            if not np.isfinite(phi[: begin + len(self._touched)]).all():
                return dict.fromkeys(self._directions, _unclear(Doubt.ROUGH))
            sigma = float(np.max(np.abs(np.array(noisy) - start), initial=0.0))
            weight = self._weight(answers[0])
            safety, unit = self.precision.safety, self.precision.unit
            rounding = safety * max(unit * weight, sigma)
            found = {}
            coarse = self._has_few_digits(answers[2:begin])
            rest = phi[begin + len(self._touched) :]
            for touched, (name, directions) in zip(
                answers[begin:], self._directions.items(), strict=False
            ):
                count = len(self.offsets) * len(directions)
                mine, rest = rest[:count], rest[count:]
                values = mine.reshape(len(directions), -1, OFFSETS)
                found[name] = self._slope(name, values, start, rounding)
                if self._is_blunt(answers[0], touched):
                    # Few digits hide a small change, and none that is large.
                    hidden = coarse and not np.all(values == start)
                    found[name] = replace(
                        found[name],
                        consistency=Consistency.INCONCLUSIVE,
                        doubt=Doubt.ROUGH if hidden else Doubt.BLUNT,
                    )
        return found

    def _has_few_digits(self, noisy: Sequence[Answer]) -> bool:
        """Tell whether numbers of single precision come out, whatever goes in."""
        return all(
            np.array_equal(out, out.astype(np.float32))
            for answer in noisy
            for out in (answer.arrays[output] for output in self.upstreams)
        )

    def _is_blunt(self, start: Answer, touched: Answer) -> bool:
        """Tell whether the forward does not notice a change in its last digits.

        It works with fewer digits then than the steps need, or ignores the input.
        """
        return all(
            np.array_equal(start.arrays[output], touched.arrays[output])
            for output in self.upstreams
        )

    def _slope(self, name: str, values: Array, start: float, rounding: float) -> Slope:
        """Take the first conclusive step of the first direction that has one."""
        gradient = self.gradients[name].astype(np.float64)
        norm = max(_norm(gradient), self._least_norm)
        found = _unclear(Doubt.ROUGH)
        for direction, ladder in zip(self._directions[name], values, strict=True):
            terms = gradient * direction
            claimed = float(terms.sum())
            product = SAFETY * self.precision.unit * float(np.abs(terms).sum())
            steps, errors = self._picture(ladder, claimed)
            for step, phi in zip(self.precision.ladder, ladder, strict=True):
                slope, bar = _measure(phi, start, step, rounding, norm)
                if bar is None:
                    continue
                agrees = abs(claimed - slope) <= bar + product
                verdict = Consistency.CONSISTENT if agrees else Consistency.INCONSISTENT
                bound = bar + product
                return Slope(verdict, slope, claimed, bound, steps, errors)
            found = replace(found, steps=steps, errors=errors)
        return found

    def _picture(
        self, ladder: Array, claimed: float
    ) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the error of the plain central difference at every step size."""
        scale = max(abs(claimed), np.finfo(np.float64).tiny)
        errors: dict[float, float] = {}
        for step, (ahead, behind, far_ahead, far_behind) in zip(
            self.precision.ladder, ladder, strict=True
        ):
            near = (ahead - behind) / (2 * step)
            far = (far_ahead - far_behind) / (4 * step)
            errors[2 * step] = abs(far - claimed) / scale
            errors[step] = abs(near - claimed) / scale
        order = sorted(step for step, error in errors.items() if np.isfinite(error))
        return tuple(order), tuple(errors[step] for step in order)

    def _sum(self, answer: Answer) -> float | None:
        """Return the weighted sum of the outputs, or ``None`` if it cannot be had."""
        value = 0.0
        for output, upstream in self.upstreams.items():
            out = answer.arrays.get(output)
            if out is None or out.shape != upstream.shape or out.dtype.kind not in "fi":
                return None
            value += float((out.astype(np.float64) * upstream).sum())
        return value if np.isfinite(value) else None

    def _weight(self, answer: Answer) -> float:
        """Return what the roundings of the outputs are a multiple of in their sum."""
        terms = [
            (answer.arrays[output].astype(np.float64) * upstream).ravel()
            for output, upstream in self.upstreams.items()
        ]
        order = 2 if self.precision.rounds_at_random else 1
        return float(np.linalg.norm(np.concatenate(terms), order))

    def _moved(
        self, rng: np.random.Generator, names: Sequence[str], share: float
    ) -> Values:
        """Return the inputs with every real entry of some arrays changed a little."""
        chosen = {name: self.arrays[name] for name in names}
        return {**self.arrays, **jittered(chosen, rng, share)}


def slopes(
    ask: Ask,
    forward: MakeCall,
    arrays: Values,
    gradients: Values,
    upstreams: Values,
    rng: np.random.Generator,
    *,
    precision: Precision = DOUBLE,
    directions: int = DIRECTIONS,
    beside: Values | None = None,
) -> dict[str, Slope]:
    """Measure the slope for every gradient, coarser where double precision is too fine.

    Parameters
    ----------
    ask
        Makes calls in one fresh process.
    forward
        Makes the call for given inputs.
    upstreams
        Weights of the sum over each output; 1 for a loss.
    beside
        All gradients of the component, if these are not all.
    """
    largest_norm = max(map(_norm, (beside or gradients).values()), default=0.0)

    def measured(names: Iterable[str], level: Precision) -> dict[str, Slope]:
        wanted = {name: gradients[name] for name in names}
        if not wanted:
            return {}
        probe = Probe(
            arrays,
            wanted,
            upstreams,
            rng,
            level,
            largest_norm=largest_norm,
            directions=directions,
        )
        return probe.judge(ask([forward(values) for values in probe.inputs()]))

    found = measured(gradients, precision)
    coarse = measured(_named(found, Consistency.INCONCLUSIVE), SINGLE)
    # Steps this long may cross several kinks that hide each other, by rare chance.
    again = measured(_named(coarse, Consistency.INCONSISTENT), SINGLE)
    for name, slope in again.items():
        if slope.consistency is not Consistency.INCONSISTENT:
            coarse[name] = replace(
                slope, consistency=Consistency.INCONCLUSIVE, doubt=Doubt.ROUGH
            )
    return found | coarse


def _norm(gradient: Array) -> float:
    # A student's array: it may be complex, and its squares may be infinite.
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.linalg.norm(np.abs(gradient).astype(np.float64)))


def _named(found: Mapping[str, Slope], consistency: Consistency) -> list[str]:
    return [name for name, one in found.items() if one.consistency is consistency]


def _measure(
    phi: Array, start: float, step: float, rounding: float, norm: float
) -> tuple[float, float | None]:
    """Return the slope at one step and its error bar; no bar if it is inconclusive."""
    ahead, behind, far_ahead, far_behind = phi
    near = (ahead - behind) / (2 * step)
    far = (far_ahead - far_behind) / (4 * step)
    slope = (4 * near - far) / 3
    truncation = abs(near - far)
    noise = rounding / step
    bend = far_ahead - 2 * start + far_behind - 4 * (ahead - 2 * start + behind)
    scale = max(abs(slope), norm)
    conclusive = (
        truncation <= 1e-5 * scale + 4 * noise
        and abs(bend) / step <= 1e-6 * scale + 4 * noise
        and noise <= 1e-3 * scale
    )
    return float(slope), float(truncation + noise) if conclusive else None


def _direction(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw signs times uniform [0.5, 1.5], so that equal errors do not cancel."""
    size = np.round(rng.uniform(0.5, 1.5, shape) / GRID) * GRID
    return size * rng.choice([-1.0, 1.0], shape)
