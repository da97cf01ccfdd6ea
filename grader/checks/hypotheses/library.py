"""Known mistakes of the operation, replayed."""

from collections.abc import Sequence
from functools import partial

from grader.checks.mistakes import wrong_answer_to
from grader.checks.sightings import Arrays, Sighting, held_by, replayed
from grader.report import Diagnosis
from reference import operations
from reference.misconceptions import Misconception, for_operation


def from_library(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    """Return the entry that explains the most and contradicts the least."""
    best: tuple[tuple[int, int], Diagnosis] | None = None
    for number, entry in enumerate(_entries(seen[0].operation.name)):
        ask = partial(_replay, entry, number)
        answers = replayed(ask, seen, quantity, closeness)
        if answers is None:
            continue
        rank = held_by(answers, seen, closeness)
        if best is None or rank > best[0]:
            best = (rank, Diagnosis(entry.id, entry.title, entry.hint))
    return None if best is None else best[1]


def _replay(entry: Misconception, number: int, one: Sighting) -> Arrays:
    ask = partial(wrong_answer_to, entry, one.operation, one.plain)
    return one.recalled(("library", number), ask)


def _entries(operation: str) -> tuple[Misconception, ...]:
    """Return the library's entries; a layer of an assignment's own has none."""
    return for_operation(operation) if operations.is_known(operation) else ()
