"""Measure what right code reaches when it trains by itself, to judge a threshold.

The numbers belong into ``assignment.toml``, where students can read them. Measuring
again when an assignment is validated shows whether they still hold.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from grader.assignments import Assignment
from grader.checks.convergence import ConvergenceCheck
from grader.checks.trainings.datasets import DATASETS
from grader.checks.trainings.envelope import Envelope, checkpoints
from grader.checks.trainings.replay import Task, draw_task
from grader.checks.trainings.trainable import network
from grader.contract.messages import Array
from grader.validation.flakes import upper_bound
from reference.errors import NonFiniteError

RUNS = 300
SEED = 40_001
QUANTILE = 0.05
# Right code may miss a threshold this often, all runs taken together.
MOST_FLAKES = 1e-4
# A threshold must ask for this share of what right code is better than a guess.
LEAST_SHARE = 0.5
_DIGITS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What right runs reach, each with data, start weights and order of its own.

    Parameters
    ----------
    accuracies
        (R,), sorted.
    curves
        (R, 6), the mean loss of an epoch at each checkpoint; runs that overflowed and
        networks that learn in a single epoch have none.
    guess
        What guessing reaches.
    """

    accuracies: Array
    curves: Array
    guess: float

    @property
    def threshold(self) -> float:
        """Return the 5 % quantile, rounded down to what one can read."""
        quantile = float(np.quantile(self.accuracies, QUANTILE, method="lower"))
        return float(np.floor(quantile * 10**_DIGITS) / 10**_DIGITS)

    @property
    def envelope(self) -> Envelope | None:
        """Return the losses of right runs; ``None`` if too few have a curve."""
        if len(self.curves) < 2:
            return None
        logs = np.log(self.curves)
        low, high = np.quantile(self.curves, [QUANTILE, 1 - QUANTILE], axis=0)
        # A spread of nothing would make every difference a large one.
        spread = np.maximum(logs.std(axis=0, ddof=1), 10.0**-_DIGITS)
        return Envelope(
            mean=_plain(logs.mean(axis=0)),
            spread=_plain(spread),
            low=_plain(low),
            high=_plain(high),
        )

    def missed(self, threshold: float, runs: int) -> float:
        """Return how often right code misses a threshold with the best of some runs."""
        return float(np.mean(self.accuracies < threshold)) ** runs

    def as_toml(self) -> str:
        """Return the lines for the ``[[check]]``."""
        lines = [f"threshold = {self.threshold:g}"]
        if self.envelope is not None:
            rows = ", ".join(
                f"{name} = [{', '.join(f'{value:.4g}' for value in row)}]"
                for name, row in self.envelope.model_dump().items()
            )
            lines.append(f"envelope = {{ {rows} }}")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Threshold:
    """What is stated, and what right code reaches, in plain numbers.

    Parameters
    ----------
    check
        Its id.
    right_runs
        How many were measured, ``missed`` of which stay below what is stated.
    most, median
        The 5 % and 50 % quantiles of what they reach; ``most`` may be stated.
    guess
        What guessing reaches.
    below
        Right code misses in all tries of one grading less often than this, with 95 %
        confidence.
    lines
        What was measured, as it is written in ``assignment.toml``.
    """

    check: str
    stated: float
    tries: int
    right_runs: int
    missed: int
    most: float
    median: float
    guess: float
    below: float
    lines: str


def threshold(check: ConvergenceCheck, measured: Measured) -> Threshold:
    """Sum up what was measured for one check."""
    stated, tries = check.params.threshold, check.params.runs
    runs = len(measured.accuracies)
    missed = int(np.sum(measured.accuracies < stated))
    return Threshold(
        check=check.params.id,
        stated=stated,
        tries=tries,
        right_runs=runs,
        missed=missed,
        most=measured.threshold,
        median=round(float(np.median(measured.accuracies)), _DIGITS),
        guess=measured.guess,
        below=upper_bound(missed, runs) ** tries,
        lines=measured.as_toml(),
    )


def measure(check: ConvergenceCheck, runs: int = RUNS, seed: int = SEED) -> Measured:
    """Train the reference many times as the check's parameters say.

    Parameters
    ----------
    runs
        At least 300 for a 5 % quantile that can be relied on.
    """
    return collected(check, trained(check, range(runs), seed))


@dataclass(frozen=True, slots=True)
class RightRun:
    """What right code reached once, and its losses at the checkpoints if it has any."""

    accuracy: float
    curve: tuple[float, ...] | None


def trained(
    check: ConvergenceCheck, numbers: Iterable[int], seed: int = SEED
) -> Iterator[RightRun]:
    """Train the reference once for each number; the same number trains the same way."""
    params = check.params
    net = network(params, check.components)
    for number in numbers:
        # What ``spawn`` of the seed's generator gives at this place.
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        task = draw_task(
            net, rng, params.data, params.examples, params.batch_size, params.epochs
        )
        accuracy, losses = _trained(task)
        curve = checkpoints(_by_epoch(losses, params.epochs))
        yield RightRun(
            accuracy, None if curve is None else tuple(float(one) for one in curve)
        )


def collected(check: ConvergenceCheck, runs: Iterable[RightRun]) -> Measured:
    """Return what right runs reach, taken together."""
    known = list(runs)
    curves = [run.curve for run in known if run.curve is not None]
    guess = 1 / DATASETS[check.params.data].classes
    return Measured(np.sort([run.accuracy for run in known]), np.array(curves), guess)


def _trained(task: Task) -> tuple[float, Array | None]:
    """Return what a run reaches, and its losses unless it overflowed."""
    try:
        losses, weights = task.run(task.weights)
    except NonFiniteError:
        return 0.0, None
    return task.accuracy(weights), losses


def _by_epoch(losses: Array | None, epochs: int) -> Array | None:
    """Return the mean of the losses of each epoch."""
    if losses is None:
        return None
    return np.array([part.mean() for part in np.split(losses, epochs)])


def _plain(values: Array) -> tuple[float, ...]:
    return tuple(float(f"{value:.4g}") for value in values)


def complaints(check: ConvergenceCheck, measured: Measured) -> list[str]:
    """Say why a stated threshold must not be published; nothing if it may."""
    stated, most = check.params.threshold, measured.threshold
    runs = len(measured.accuracies)
    middle = float(np.median(measured.accuracies))
    least = measured.guess + LEAST_SHARE * (middle - measured.guess)
    found = []
    if stated > most:
        found.append(
            f"threshold must be at most {most:g}, which 95 % of {runs} right runs "
            f"reach, got {stated:g}"
        )
    flakes = measured.missed(stated, check.params.runs)
    if flakes > MOST_FLAKES:
        found.append(
            f"right code misses the threshold in all of {check.params.runs} runs with "
            f"probability {flakes:.2g}; at most {MOST_FLAKES:g} is fair"
        )
    if most < least:
        found.append(
            f"the task itself flakes: 5 % of right runs reach no more than {most:g}, "
            f"half of them {middle:.3g}; give it more hidden units or epochs"
        )
    elif stated < least:
        found.append(
            f"threshold must be at least {least:.3g} to prove that anything was "
            f"learned: guessing reaches {measured.guess:g}, right code {middle:.3g}; "
            f"got {stated:g}"
        )
    return found


def measured_checks(
    assignment: Assignment, runs: int = RUNS
) -> Iterator[tuple[ConvergenceCheck, Measured]]:
    """Measure every check of an assignment that has a threshold of this kind."""
    for check in assignment.checks:
        if isinstance(check, ConvergenceCheck):
            yield check, measure(check, runs)
