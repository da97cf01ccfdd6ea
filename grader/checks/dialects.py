"""Right answers under another convention than the one the assignment asks for.

The conventions of an operation say themselves which values they take, so there is no
second list of them here. Numbers such as eps or a momentum are not tried.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from grader.checks.feedback import conventions as words
from grader.checks.mistakes import plain_operation, shown
from grader.checks.presentation.arranged import ArrangedOperation
from grader.checks.presentation.arrangement import GRADIENT, Arrangement, Presentation
from grader.checks.sightings import IMPOSSIBLE, Arrays, Sighting, held_by, replayed
from grader.report import Diagnosis
from reference import operations
from reference.errors import ConventionError
from reference.operations.base import Operation

ID = "convention"
# No convention has this value, so asking for it makes the operation say its choices.
NO_CHOICE = "?"
LAYOUT = "layout of the arrays"
# What is about the first input: its axes in another order, the words, and those for
# the order it has.
ORDERS: dict[int, tuple[tuple[tuple[int, ...], str, str], ...]] = {
    2: (((1, 0), "examples in columns", "examples in rows"),),
    3: (
        ((1, 0, 2), "time on the first axis", "the batch on the first axis"),
        ((0, 2, 1), "channels on the last axis", "channels on axis 1"),
    ),
    4: (((0, 2, 3, 1), "channels on the last axis", "channels on axis 1"),),
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One other convention.

    Parameters
    ----------
    subject
        What the convention is about, for the hint.
    spoken, asked
        This convention and the one the assignment asks for.
    answer
        What it answers to the question of a sighting.
    """

    subject: str
    spoken: str
    asked: str
    answer: Callable[[Sighting], Arrays]

    @property
    def sentence(self) -> str:
        """Return for which convention the answer is right."""
        return words.right_for(self.spoken, self.asked)

    @property
    def diagnosis(self) -> Diagnosis:
        """Return the finding with a hint that does not give a formula."""
        return Diagnosis(ID, self.sentence, words.which(self.subject))


def from_dialect(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Dialect | None:
    """Return the convention under which the answers are right, if there is one.

    Of several the one that explains the most and contradicts the least.
    """
    best: tuple[tuple[int, int], Dialect] | None = None
    for dialect in _dialects(seen[0]):
        answers = replayed(partial(_replay, dialect), seen, quantity, closeness)
        if answers is None:
            continue
        rank = held_by(answers, seen, closeness)
        if best is None or rank > best[0]:
            best = (rank, dialect)
    return None if best is None else best[1]


def _replay(dialect: Dialect, one: Sighting) -> Arrays:
    return one.otherwise((ID, dialect.spoken), partial(dialect.answer, one))


def _dialects(sighting: Sighting) -> Iterator[Dialect]:
    operation = sighting.operation
    plain = plain_operation(operation)
    yield from _conventions(plain)
    if isinstance(operation, ArrangedOperation):
        yield from _other_arrangements(operation.arrangement)
    else:
        yield from _other_orders(sighting)


def _conventions(plain: Operation) -> Iterator[Dialect]:
    for name, parameter in inspect.signature(type(plain)).parameters.items():
        if not isinstance(parameter.default, (str, bool)):
            continue
        asked = plain.conventions.get(name, parameter.default)
        for choice in choices(plain.name, name):
            if choice != asked:
                spoken, wanted = words.choice(name, choice), words.choice(name, asked)
                answer = partial(_under_convention, name, choice)
                yield Dialect(words.subject(name), spoken, wanted, answer)


@cache
def choices(operation: str, convention: str) -> tuple[str | bool, ...]:
    """Return every value that a convention takes, empty where they cannot be listed."""
    try:
        operations.create(operation, **{convention: NO_CHOICE})
    except ConventionError as refusal:
        return refusal.choices
    return ()


def _under_convention(name: str, choice: str | bool, sighting: Sighting) -> Arrays:
    plain = plain_operation(sighting.operation)
    other = operations.create(plain.name, **{**plain.conventions, name: choice})
    answer = other.answer(sighting.plain)
    wanted = {one: answer[one] for one in plain.quantities if one in answer}
    return shown(sighting.operation, wanted, sighting.plain)


def _under_arrangement(arrangement: Arrangement, sighting: Sighting) -> Arrays:
    """Return what code answers that takes the very same arrays for something else.

    The upstream gradient may not fit what it takes for the output.
    """
    plain = plain_operation(sighting.operation)
    other = ArrangedOperation(plain, arrangement)
    inputs = {name: sighting.arrays[name] for name in plain.inputs}
    try:
        return other.answer(sighting.arrays)
    except IMPOSSIBLE:
        return other.answer(inputs)


def _other_arrangements(asked: Arrangement) -> Iterator[Dialect]:
    """Yield the layout of the reference, and each scale that others do not have."""
    plain = Arrangement({}, asked.scale)
    yield Dialect(
        LAYOUT,
        "arrays in the usual layout",
        "that of the handout",
        partial(_under_arrangement, plain),
    )
    for name, scale in asked.scale.items():
        others = {one: kept for one, kept in asked.scale.items() if one != name}
        unscaled = Arrangement(asked.arrays, others)
        plainly = _plainly(name)
        yield Dialect(
            f"scale of the {plainly}",
            f"the plain {plainly}",
            f"{scale.text} times that",
            partial(_under_arrangement, unscaled),
        )


def _plainly(name: str) -> str:
    source = name.removeprefix(GRADIENT)
    return f"gradient of {source}" if source != name else name


def _other_orders(sighting: Sighting) -> Iterator[Dialect]:
    """Yield other orders of the axes of everything that is handed on."""
    plain = sighting.operation
    ndim = sighting.arrays[plain.inputs[0]].ndim
    handed = (*plain.arguments, *plain.outputs)
    names = [name for name in handed if _ndim(sighting, name) == ndim]
    for axes, spoken, asked in ORDERS.get(ndim, ()):
        looks = Arrangement({name: Presentation(axes) for name in names})
        yield Dialect(LAYOUT, spoken, asked, partial(_under_arrangement, looks))


def _ndim(sighting: Sighting, name: str) -> int:
    if name in sighting.arrays:
        return sighting.arrays[name].ndim
    return sighting.right[name].value.ndim
