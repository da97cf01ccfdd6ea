"""Mistakes that only show when layers work together, told from their numbers.

Each hypothesis says what a layer would answer if it had used something that belongs to
another layer or to another batch. It is named only if it gives the student's numbers in
two networks of different shape or with different weights.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.checks.compare import UNIT, largest
from grader.checks.feedback import network as words
from grader.checks.networks.composition import LOSS, Arrays, Composition, Step
from grader.checks.networks.drawn_network import Chain, Place
from grader.contract.messages import Array
from grader.report import Diagnosis
from reference.errors import ReferenceUseError

# How closely a hypothesis must give the answer, on the scale of the quantity.
CLOSE = 2.0**-27
CLOSE_IN_SINGLE = 2.0**-15
CONFIRMATIONS = 2


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the layers do not work together, and one sentence about these layers."""

    diagnosis: Diagnosis
    sentence: str


@dataclass(frozen=True, eq=False)
class Failure:
    """The first step that is wrong in one network, and all that happened there."""

    composition: Composition
    step: Step


Guess = tuple[Cause, Callable[[], Array | None]]


def part_name(chain: Chain, number: int) -> str:
    """Return what a message calls a layer, or the loss."""
    if number > len(chain.places):
        return f"the loss ({chain.loss.name})"
    return words.layer(number, chain.places[number - 1].part.name)


def cause(failures: Sequence[Failure]) -> Cause | None:
    """Name what layers share that they should not, or return ``None``."""
    if len(failures) < CONFIRMATIONS:
        return None
    with np.errstate(all="ignore"):
        found = [_explanations(failure) for failure in failures]
    for diagnosis, first in found[0].items():
        if all(diagnosis in others for others in found[1:]):
            return first
    return _overwritten(failures)


def _explanations(failure: Failure) -> dict[Diagnosis, Cause]:
    """Return every cause that gives the wrong numbers of one network."""
    found: dict[Diagnosis, Cause] = {}
    for why, answer in _guesses(failure):
        if why.diagnosis not in found and _gives(answer, failure.step):
            found[why.diagnosis] = why
    return found


def _gives(answer: Callable[[], Array | None], step: Step) -> bool:
    try:
        value = answer()
    except (ReferenceUseError, ValueError, IndexError, ArithmeticError):
        return False  # what belongs to another layer does not fit here
    expected = step.expected
    if value is None or expected is None or value.shape != step.got.shape:
        return False
    single = step.got.dtype.itemsize < 8
    scale = max(expected.kappa, largest(value), UNIT)
    close = CLOSE_IN_SINGLE if single else CLOSE
    return largest(step.got - value) <= close * scale


def _guesses(failure: Failure) -> Iterator[Guess]:
    step, chain = failure.step, failure.composition.network.chain
    if step.number > len(chain.places):
        return
    yield from _of_gradients(failure)
    own = part_name(chain, step.number)
    here = failure.composition.received(step.batch)
    for other, arrays in _others(chain, here, step.number):
        name = part_name(chain, other.number)
        if step.is_backward:
            cache = Cause(words.SHARED_CACHE, words.used_another(own, name))
            yield cache, _with(step, {"x": arrays["x"]})
        if other.operation.parameters == step.operation.parameters != ():
            theirs = {p: arrays[p] for p in other.operation.parameters}
            same = Cause(words.SHARED_PARAMETERS, words.same_parameters(own, name))
            yield same, _with(step, theirs)
    for earlier in range(step.batch):
        before = failure.composition.received(earlier)[step.number - 1]
        stale = Cause(words.SHARED_CACHE, words.used_earlier(own))
        yield stale, _with(step, {"x": before["x"]})


def _of_gradients(failure: Failure) -> Iterator[Guess]:
    """Yield what ``grads`` may hold instead: another layer's, or a sum."""
    step, composition = failure.step, failure.composition
    source = step.operation.gradients.get(step.quantity)
    if source not in step.operation.parameters:
        return
    chain = composition.network.chain
    own = part_name(chain, step.number)
    here = composition.received(step.batch)
    right = _with(step, {})
    for other, arrays in _others(chain, here, step.number):
        if step.quantity not in other.operation.gradients:
            continue
        theirs = _answer_of(other, arrays, step.quantity)
        name = part_name(chain, other.number)
        shared = Cause(words.SHARED_GRADIENTS, words.same_gradients(own, name))
        yield shared, theirs
        yield shared, _sum(right, theirs)
    parts = [right]
    for earlier in reversed(range(step.batch)):
        before = composition.received(earlier)[step.number - 1]
        parts.append(_with(step, before))
        yield Cause(words.ADDED_UP, words.added_up(own)), _sum(*parts)


def _others(
    chain: Chain, received: Sequence[Arrays], number: int
) -> Iterator[tuple[Place, Arrays]]:
    for place, arrays in zip(chain.places, received, strict=False):
        if place.number != number:
            yield place, arrays


def _with(step: Step, changed: Mapping[str, Array]) -> Callable[[], Array | None]:
    """Return what the layer would answer if it had used other arrays."""

    def answer() -> Array | None:
        return step.operation.answer({**step.received, **changed}).get(step.quantity)

    return answer


def _answer_of(
    place: Place, arrays: Arrays, quantity: str
) -> Callable[[], Array | None]:
    return lambda: place.operation.answer(arrays).get(quantity)


def _sum(*parts: Callable[[], Array | None]) -> Callable[[], Array | None]:
    def answer() -> Array | None:
        values = [part() for part in parts]
        found = [value for value in values if value is not None]
        if len(found) < len(values) or len({value.shape for value in found}) > 1:
            return None
        return np.sum(found, axis=0)

    return answer


def _overwritten(failures: Sequence[Failure]) -> Cause | None:
    """Blame a layer that was seen to write into what a wrong layer may need."""
    found = [_writer(failure) for failure in failures]
    return found[0] if all(found) else None


def _writer(failure: Failure) -> Cause | None:
    composition, step = failure.composition, failure.step
    chain = composition.network.chain
    if not step.is_backward or step.quantity == LOSS:
        return None
    for number in range(step.number + 1, len(chain.places) + 1):
        if composition.changed(number, "x"):
            sentence = words.changed_input(
                part_name(chain, number), part_name(chain, number - 1)
            )
            return Cause(words.CHANGED, sentence)
    for number in range(1, step.number):
        if composition.changed(number, "grad_out"):
            sentence = words.changed_upstream(
                part_name(chain, number), part_name(chain, number + 1)
            )
            return Cause(words.CHANGED, sentence)
    return None
