"""Whether the inputs that an assignment draws show every known mistake clearly."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.assignments import Assignment
from grader.checks.compare import (
    SINGLE_BOUND,
    Expected,
    compare,
    largest,
    reference_answer,
)
from grader.checks.component import Component
from grader.checks.mistakes import wrong_answer
from grader.checks.optimizer import OptimizerParams
from grader.contract.messages import Array
from reference.errors import ReferenceUseError
from reference.misconceptions import Misconception, VisibleOn, for_operation
from reference.operations import Family, Operation

DRAWS = 20
FIRST_SEED = 70_001
# Two powers of two beyond the bound of single precision, so that rounding, which moves
# the distance a little, cannot carry a mistake over it.
CLEAR = 4 * SINGLE_BOUND
_FAMILIES = (Family.LAYER, Family.LOSS, Family.FUNCTION, Family.OPTIMIZER)

Arrays = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Screened:
    """How one known mistake shows on the inputs that are drawn for a component.

    Parameters
    ----------
    draws
        On how many of them the mistake can be made at all.
    visible, clear
        Share of the draws on which its distance from the right answer is beyond the
        bound of single precision, and beyond four times that.
    least
        The smallest distance of all draws, in conditioned ulps; infinite where the
        shapes differ or the answer is not finite.
    reason
        Why some draws do not show it, in words; empty if all do.
    """

    component: str
    id: str
    title: str
    formula: str
    draws: int
    visible: float
    clear: float
    least: float
    reason: str

    @property
    def is_clear(self) -> bool:
        """Tell whether every draw shows the mistake, with a margin."""
        return self.clear == 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    arrays: Arrays
    expected: Mapping[str, Expected]


def screened(assignment: Assignment, draws: int = DRAWS) -> Iterator[Screened]:
    """Draw inputs for each component and hold every known mistake against them.

    What the conventions ask for is no mistake, and what needs equal sizes is never
    drawn; both are left out. Initialisers are judged by moments and not by distances.
    """
    for spec in assignment.spec.components:
        yield from screened_part(assignment, spec.to_component(), draws)


def screened_part(
    assignment: Assignment, part: Component, draws: int = DRAWS
) -> Iterator[Screened]:
    """Screen the inputs of one component."""
    replay = _replay(assignment, part)
    operation = part.reference(**(replay.settings if replay else {}))
    if operation.has_answer and operation.family in _FAMILIES:
        yield from _component(part, operation, draws, replay)


def _replay(assignment: Assignment, part: Component) -> OptimizerParams | None:
    """Return the parameters of the first check that replays an optimizer."""
    for check in assignment.checks:
        params = check.params
        if isinstance(params, OptimizerParams) and params.component == part.name:
            return params
    return None


def _component(
    part: Component, operation: Operation, draws: int, replay: OptimizerParams | None
) -> Iterator[Screened]:
    cases: dict[VisibleOn, list[_Draw]] = {}
    for entry in for_operation(part.operation):
        place = entry.visible_on
        if place is VisibleOn.SQUARE:
            continue
        if place not in cases:
            found = _drawn(operation, place, draws, replay)
            cases[place] = found
        distances = [
            distance
            for case in cases[place]
            if (distance := _distance(entry, operation, case)) is not None
        ]
        if distances:
            yield _screened(part, entry, distances)


def _drawn(
    operation: Operation,
    place: VisibleOn,
    draws: int,
    replay: OptimizerParams | None,
) -> list[_Draw]:
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + draws):
        rng = np.random.default_rng(seed)
        # In turn those of different shape, which every check asks about.
        arrays = _arrays(operation, place, rng, seed % 2)
        if arrays is None:
            return []
        if replay is not None:
            arrays = _shortened(operation, arrays, replay.steps)
        with np.errstate(all="ignore"):
            found.append(_Draw(arrays, _expected(operation, place, arrays, rng)))
    return found


def _expected(
    operation: Operation, place: VisibleOn, arrays: Arrays, rng: np.random.Generator
) -> dict[str, Expected]:
    """Return what is right, with scales: at a kink those of the numbers alone.

    Inputs that are moved leave it, and there the answers jump.
    """
    if place is not VisibleOn.KINKS:
        return reference_answer(operation, arrays, rng)
    right = operation.answer(arrays)
    return {name: Expected(value, largest(value)) for name, value in right.items()}


def _shortened(operation: Operation, arrays: Arrays, steps: int) -> Arrays:
    """Return no more gradients than the check replays."""
    return {
        name: value if name in operation.parameters else value[:steps]
        for name, value in arrays.items()
    }


def _arrays(
    operation: Operation, place: VisibleOn, rng: np.random.Generator, variant: int
) -> Arrays | None:
    if place is VisibleOn.STABILITY:
        return operation.extreme(rng)
    if place is VisibleOn.KINKS:
        return operation.kinked(rng, variant=variant)
    return operation.draw(rng, variant=variant)


def _distance(entry: Misconception, operation: Operation, case: _Draw) -> float | None:
    """Return the largest distance of a mistake; ``None`` if it cannot be made."""
    try:
        with np.errstate(all="ignore"):
            wrong = wrong_answer(entry, operation, case.arrays)
            distances = [
                compare(_right(entry, operation, case, name, got), got).distance
                for name, got in wrong.items()
                if name in case.expected
            ]
    except (ReferenceUseError, ValueError, IndexError, ArithmeticError):
        return None  # these shapes do not allow it
    return max(distances, default=None)


def _right(
    entry: Misconception, operation: Operation, case: _Draw, name: str, got: Array
) -> Expected:
    """Return what is right: at a kink, the valid answer that is nearest to this one."""
    expected = case.expected[name]
    comparable = got.shape == expected.value.shape and np.isfinite(got).all()
    if entry.visible_on is not VisibleOn.KINKS or not comparable:
        return expected
    return Expected(operation.nearest(case.arrays, name, got), expected.kappa)


def _screened(
    part: Component, entry: Misconception, distances: Sequence[float]
) -> Screened:
    visible = sum(distance > SINGLE_BOUND for distance in distances)
    clear = sum(distance > CLEAR for distance in distances)
    count = len(distances)
    return Screened(
        component=part.name,
        id=entry.id,
        title=entry.title,
        formula=entry.formula,
        draws=count,
        visible=visible / count,
        clear=clear / count,
        least=min(distances),
        reason=_reason(count, visible, clear),
    )


def _reason(count: int, visible: int, clear: int) -> str:
    if not visible:
        return "under these conventions it gives the right numbers on every drawn input"
    if visible < count:
        return (
            f"{count - visible} of {count} draws give nearly the right numbers: the "
            "conventions make both formulas close"
        )
    if clear < count:
        return f"{count - clear} of {count} draws show it, but close to the bound"
    return ""
