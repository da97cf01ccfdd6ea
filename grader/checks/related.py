"""Whether a student's answers obey a relation, judged by these answers alone.

What must be equal is compared in conditioned ulps, as everything else. The scale comes
from the student's code too: each question is asked again with every input moved in its
last digits, which tells how well each answer can be known. That much noise is then put
on the answers, and what it does to the two sides of the relation is their scale.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader.checks.answers import Answer, Trouble
from grader.checks.compare import (
    BORROWED,
    CANCELLED,
    JITTER,
    JITTERS,
    Comparison,
    Expected,
    compare,
    largest,
)
from grader.contract.messages import Array
from reference.operations.base import Family, Operation
from reference.operations.relations import Relation

Arrays = Mapping[str, Array]
Pairs = Mapping[str, tuple[Array, Array]]
# An answer that moves by more than this, relative to its size, for each relative change
# of its inputs is noise and not a badly conditioned result: drawn inputs are harmless.
MOST_SENSITIVE = 2.0**10


class UnfitAnswerError(Exception):
    """An answer that cannot be related to anything.

    Parameters
    ----------
    quantity
        Which one.
    trouble
        Why it is missing; ``None`` if it is there.
    got, shape
        The array that is there, and the shape that it must have.
    """

    def __init__(
        self,
        quantity: str,
        *,
        trouble: Trouble | None = None,
        got: Array | None = None,
        shape: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(f"{quantity}: must be a finite array of the right shape")
        self.quantity = quantity
        self.trouble = trouble
        self.got = got
        self.shape = shape


class Read(Mapping[str, Array]):
    """The answer to one question, which remembers what was looked at.

    Raises
    ------
    UnfitAnswerError
        When something is looked at that is missing, not real, not finite, or does not
        have the shape that it must have.
    """

    def __init__(self, operation: Operation, asked: Arrays, answer: Answer) -> None:
        self._answer = answer
        self._quantities = operation.quantities
        self._shapes = known_shapes(operation, asked)
        self.seen: dict[str, Array] = {}

    def __getitem__(self, quantity: str) -> Array:
        """Return one array in double precision."""
        if quantity not in self.seen:
            self.seen[quantity] = self._checked(quantity)
        return self.seen[quantity]

    def __contains__(self, name: object) -> bool:
        """Tell whether there should be such an answer; one that is missing raises."""
        return name in self._quantities

    def __iter__(self) -> Iterator[str]:
        """Return the names of all answers that there should be."""
        return iter(self._quantities)

    def __len__(self) -> int:
        """Return how many answers there should be."""
        return len(self._quantities)

    def _checked(self, quantity: str) -> Array:
        trouble = self._answer.trouble_before(quantity)
        if trouble is not None:
            raise UnfitAnswerError(quantity, trouble=trouble)
        got = self._answer.arrays[quantity]
        shape = self._shapes[quantity]
        if got.dtype.kind not in "fiub" or got.shape != shape:
            raise UnfitAnswerError(quantity, got=got, shape=shape)
        if not np.isfinite(got).all():
            raise UnfitAnswerError(quantity, got=got, shape=shape)
        return got.astype(np.float64)


def known_shapes(operation: Operation, asked: Arrays) -> dict[str, tuple[int, ...]]:
    """Return the shapes that answers must have; asks for no answer if it can."""
    found = {name: asked[source].shape for name, source in operation.gradients.items()}
    for output in operation.outputs:
        # A state keeps its shape, a loss is one number.
        upstream = asked.get(f"grad_{output}", asked.get(output))
        if upstream is not None:
            found[output] = upstream.shape
        elif operation.family is Family.LOSS:
            found[output] = ()
        else:
            found[output] = operation.answer_shapes(asked)[output]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Inputs to ask about, and the same inputs moved in their last digits."""

    arrays: Arrays
    moved: Sequence[Arrays]


@dataclass(frozen=True, slots=True, eq=False)
class Replies:
    """What came back for a question, and for the moved ones."""

    question: Question
    plain: Answer
    moved: Sequence[Answer]

    def kappas(self, operation: Operation, seen: Arrays) -> dict[str, float]:
        """Return on which scale each answer can be known."""
        found = {}
        again = [
            Read(operation, arrays, answer)
            for arrays, answer in zip(self.question.moved, self.moved, strict=True)
        ]
        for name, value in seen.items():
            size, change = largest(value), 0.0
            for one in again:
                change = max(change, largest(one[name] - value) / JITTER)
            found[name] = min(max(size, change), MOST_SENSITIVE * size)
        return _with_borrowed(operation, found)


def _with_borrowed(
    operation: Operation, kappas: Mapping[str, float]
) -> dict[str, float]:
    """Lift the scale of gradients whose terms cancel to a share of the others'."""
    most = max((kappas[n] for n in operation.gradients if n in kappas), default=0.0)
    return {
        name: BORROWED * most
        if name in operation.gradients and kappa < CANCELLED * most
        else kappa
        for name, kappa in kappas.items()
    }


@dataclass(slots=True, eq=False)
class Agreement:
    """What a relation is worth for one set of questions.

    Parameters
    ----------
    comparisons
        By name of the pair.
    unchanged
        Names of the pairs of which both sides are answers as they came.
    within
        Whether there was one question only.
    seen
        Names of the answers that the relation is about.
    """

    comparisons: dict[str, Comparison]
    unchanged: set[str]
    within: bool
    seen: set[str] = field(default_factory=set)


def related(
    operation: Operation,
    relation: Relation,
    replies: Sequence[Replies],
    rng: np.random.Generator,
) -> Agreement:
    """Compare both sides of every pair of a relation.

    Raises
    ------
    UnfitAnswerError
        If an answer that it is about cannot be used.
    """
    asked = [reply.question.arrays for reply in replies]
    read = [Read(operation, one.question.arrays, one.plain) for one in replies]
    pairs = relation.pairs(asked, read)
    kappas = [
        reply.kappas(operation, answer.seen)
        for reply, answer in zip(replies, read, strict=True)
    ]
    scales = _scales(relation, asked, [answer.seen for answer in read], kappas, rng)
    own = [value for answer in read for value in answer.seen.values()]
    return Agreement(
        comparisons={
            name: _compared(one, other, scales[name], within=len(asked) == 1)
            for name, (one, other) in pairs.items()
        },
        unchanged={
            name
            for name, pair in pairs.items()
            if all(any(side is value for value in own) for side in pair)
        },
        within=len(asked) == 1,
        seen={name for answer in read for name in answer.seen},
    )


def _scales(
    relation: Relation,
    asked: Sequence[Arrays],
    answers: Sequence[Arrays],
    kappas: Sequence[Mapping[str, float]],
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return how far apart the sides of each pair may be by rounding.

    Noise is put on one answer after the other, and its effects are added up: noise on
    two answers at once could cancel by chance.
    """
    gaps = {name: _gap(pair) for name, pair in relation.pairs(asked, answers).items()}
    total = dict.fromkeys(gaps, 0.0)
    for at, kappa in enumerate(kappas):
        most = dict.fromkeys(gaps, 0.0)
        for _ in range(JITTERS):
            noisy = list(answers)
            noisy[at] = {
                n: _noisy(one, kappa[n], rng) for n, one in answers[at].items()
            }
            for name, pair in relation.pairs(asked, noisy).items():
                change = largest(_gap(pair) - gaps[name]) / JITTER
                most[name] = max(most[name], change)
        total = {name: total[name] + most[name] for name in gaps}
    return total


def _gap(pair: tuple[Array, Array]) -> Array:
    """Return the difference of two sides."""
    return np.asarray(pair[0]) - np.asarray(pair[1])


def _compared(one: Array, other: Array, scale: float, *, within: bool) -> Comparison:
    """Compare the sides of a pair.

    A single answer has what it should be on the other side; several answers say it on
    this side.
    """
    needed, got = (other, one) if within else (one, other)
    return compare(Expected(np.asarray(needed), scale), np.asarray(got))


def _noisy(value: Array, kappa: float, rng: np.random.Generator) -> Array:
    """Return an answer with noise of both signs, and of sizes that do not cancel."""
    noise = rng.uniform(0.5, 1.5, value.shape) * rng.choice([-1.0, 1.0], value.shape)
    return value + kappa * JITTER * noise
