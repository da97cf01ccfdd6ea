"""Judge what a training loop did with stand-ins that answered from a script.

The record comes from the student's process. Whoever wants to make one up must show the
sequence of calls, arguments included, that a right loop makes, and its losses; nothing
else is believed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from grader.checks.feedback import training as words
from grader.checks.trainings.script import BEFORE, Script, ScriptedStep
from grader.contract.loop_events import (
    NO_ARRAY,
    ROW_LENGTH,
    LoopEvent,
    fingerprint,
)
from grader.contract.messages import Array

# The script's own arrays come back; what differs more was changed on the way.
TOLERANCE = 1e-4
Place = tuple[LoopEvent, int]
# What was noted about a place: nothing wrong, what it got instead, or not called yet.
FINE = ""
Note = str | None

LOSS_PLACES = ((LoopEvent.SCORES, 0), (LoopEvent.LABELS, 0))
BACK_FROM_LOSS: Place = (LoopEvent.LOSS_BACKWARD, 0)


@dataclass(frozen=True, slots=True, eq=False)
class CallSeen:
    """One call of a stand-in; ``value`` is ``None`` if it got no array."""

    event: LoopEvent
    layer: int
    value: Array | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a record shows.

    Parameters
    ----------
    right
        Whether the loop did everything as it should, to the last step.
    message
        What it did first that it should not; empty if nothing is known.
    recorded
        Whether there was a record that could be read.
    """

    right: bool
    message: str = ""
    recorded: bool = False


def judge(
    script: Script, arrays: Mapping[str, Array], *, returned: bool = True
) -> Judgement:
    """Say whether a loop is right, and else what it did first.

    Parameters
    ----------
    arrays
        ``events`` and ``arguments`` as ``loop_events`` explains, and the ``losses``
        that the loop returned. Missing or misshapen ones are no evidence.
    returned
        Whether the loop came to its end. Of one that raised, only what it did before
        that can be wrong.
    """
    calls = read(arrays)
    if calls is None:
        return Judgement(right=False)
    found = _Witness(script, returned).watch(calls) or _judge_losses(script, arrays)
    return replace(found, recorded=True)


def read(arrays: Mapping[str, Array]) -> list[CallSeen] | None:
    """Return the calls of a record, or ``None`` if it cannot be read."""
    events, numbers = arrays.get("events"), arrays.get("arguments")
    if events is None or numbers is None:
        return None
    if events.dtype.kind != "i" or events.ndim != 2 or events.shape[1] != ROW_LENGTH:
        return None
    if numbers.dtype.kind != "f" or numbers.ndim != 1:
        return None
    try:
        return list(_calls(events, numbers))
    except ValueError:
        return None


def _calls(events: Array, numbers: Array) -> Iterator[CallSeen]:
    used = 0
    for event, layer, rows, columns in events.tolist():
        kind = LoopEvent(event)
        if rows == NO_ARRAY:
            yield CallSeen(kind, layer, None)
            continue
        shape = (rows, columns) if columns else (rows,)
        size = rows * max(columns, 1)
        if rows < 0 or columns < 0 or used + size > len(numbers):
            raise ValueError("a record must hold the numbers that it announces")
        yield CallSeen(kind, layer, numbers[used : used + size].reshape(shape))
        used += size


@dataclass(slots=True)
class _Witness:
    """Follows a record through the script.

    The stand-ins answer rightly whatever they are given, so each place of a step is
    judged by itself, and the first in the order of a right step is named. A forward
    counts as it was when its backward came: what a loop measures besides is its own
    business.
    """

    script: Script
    returned: bool
    at: int = 0
    notes: dict[Place, Note] = field(default_factory=dict)
    used: dict[Place, Note] = field(default_factory=dict)
    skipped: Judgement | None = None

    def watch(self, calls: list[CallSeen]) -> Judgement | None:
        """Return the first thing that is wrong, or ``None`` if all steps are right."""
        for call in calls:
            found = self._step(call) if call.event is LoopEvent.STEP else None
            if found is not None:
                return self.skipped or found
            if call.event is not LoopEvent.STEP and not self._done:
                self._note(call)
        if self._done:
            return None
        return self.skipped or self._ended()

    @property
    def _done(self) -> bool:
        return self.at == len(self.script.steps)

    @property
    def _now(self) -> ScriptedStep:
        return self.script.steps[self.at]

    def _note(self, call: CallSeen) -> None:
        place: Place = (call.event, call.layer)
        if call.event is LoopEvent.LOSS_BACKWARD:
            self.used |= {one: self.notes.get(one) for one in LOSS_PLACES}
            self.notes[place] = FINE
            return
        expected = self._expected(place)
        if expected is None:
            return
        if place == (LoopEvent.FORWARD, 0) and self._is_next(call.value):
            self.skipped = self.skipped or self._unfinished()
        if call.event is LoopEvent.BACKWARD:
            forward = (LoopEvent.FORWARD, call.layer)
            self.used[forward] = self.notes.get(forward)
        fine = alike(call.value, expected)
        self.notes[place] = FINE if fine else self._described(place, call.value)

    def _expected(self, place: Place) -> Array | None:
        event, layer = place
        count = len(self.script.task.net.layers)
        if not 0 <= layer < count:
            return None
        if event is LoopEvent.FORWARD:
            return self._now.given[layer]
        if event is LoopEvent.BACKWARD:
            return self._now.returned[layer + 1]
        return self._now.given[count] if event is LoopEvent.SCORES else self._now.labels

    def _is_next(self, value: Array | None) -> bool:
        following = self.at + 1
        if following == len(self.script.steps):
            return False
        return alike(value, self.script.steps[following].given[0])

    def _unfinished(self) -> Judgement | None:
        """Say what the step lacks when the next batch comes; nothing before it began.

        A loop may look at other batches; so this counts only if the step is not
        finished later.
        """
        if not self.notes:
            return None
        return self._first_wrong() or self._said(words.no_step(self.at + 1))

    def _first_wrong(self) -> Judgement | None:
        for place in self._places():
            note = self.used.get(place, self.notes.get(place))
            if note != FINE:
                return self._said(self._sentence(place, note))
        return None

    def _places(self) -> Iterator[Place]:
        """Yield what a step needs, in order; unneeded gradients are left out."""
        named = self.script.task.net.named()
        count = len(named)
        first = next((k for k, (_, names) in enumerate(named) if names), count)
        yield from ((LoopEvent.FORWARD, k) for k in range(count))
        yield from LOSS_PLACES
        yield BACK_FROM_LOSS
        yield from ((LoopEvent.BACKWARD, k) for k in reversed(range(first, count)))

    def _step(self, call: CallSeen) -> Judgement | None:
        if self._done:
            return self._said(words.too_many_steps(self.at))
        wrong = self._first_wrong() or self._found_changed(call.value)
        if wrong is None:
            self.at += 1
            self.notes, self.used, self.skipped = {}, {}, None
        return wrong

    def _found_changed(self, prints: Array | None) -> Judgement | None:
        """Compare gradients and parameters with those that the step should find."""
        held = (
            ("grads", self._now.gradients),
            ("params", self._now.parameters),
        )
        right = [(kind, name, one[name]) for kind, one in held for name in one]
        if prints is None or prints.shape != (len(right),):
            return self._said(words.found_changed("grads", self._layer(0)))
        for (kind, name, array), got in zip(right, prints, strict=True):
            margin = TOLERANCE * float(np.abs(array).sum())
            if not abs(fingerprint(array) - got) <= margin:
                return self._said(words.found_changed(kind, self._owner(name)))
        return None

    def _owner(self, name: str) -> str:
        named = self.script.task.net.named()
        at = next(k for k, (_, names) in enumerate(named) if name in names.values())
        return self._layer(at)

    def _ended(self) -> Judgement:
        if not self.returned:
            return Judgement(right=False)
        if not self.notes:
            return self._said(words.stopped_early(self.at, len(self.script.steps)))
        return self._first_wrong() or self._said(words.no_step(self.at + 1))

    def _said(self, sentence: str) -> Judgement:
        return Judgement(right=False, message=sentence)

    def _sentence(self, place: Place, note: Note) -> str:
        name = self._name(place)
        if note is None:
            return words.not_called(self.at + 1, name)
        return words.called_with(self.at + 1, name, note)

    def _name(self, place: Place) -> str:
        event, layer = place
        return {
            LoopEvent.FORWARD: f"forward of {self._layer(layer)}",
            LoopEvent.BACKWARD: f"backward of {self._layer(layer)}",
            LoopEvent.SCORES: "forward of the loss",
            LoopEvent.LABELS: "forward of the loss, as its second argument,",
            LoopEvent.LOSS_BACKWARD: "backward of the loss",
        }[event]

    def _layer(self, index: int) -> str:
        return words.layer(index + 1, self.script.task.net.layers[index].name)

    def _described(self, place: Place, value: Array | None) -> str:
        """Say what a call got, in the words of the script."""
        if value is None:
            return words.NO_ARRAY
        for text, array in self._known(place):
            if alike(value, array):
                return text
        expected = self._expected(place)
        if expected is None or value.shape != expected.shape:
            return words.of_shape(value.shape)
        if place[0] is LoopEvent.BACKWARD:
            return words.times(_ratio(value, expected))
        return words.OTHER_NUMBERS

    def _known(self, place: Place) -> Iterator[tuple[str, Array]]:
        """Yield arrays that a loop may take by mistake, with what they are called."""
        steps, task = self.script.steps, self.script.task
        size = len(self._now.labels)
        if place[0] is LoopEvent.LABELS:
            yield from (
                (words.labels_of(s + 1), one.labels) for s, one in enumerate(steps)
            )
            yield words.FIRST_LABELS, task.labels[:size]
            yield words.ALL_LABELS, task.labels
            return
        yield words.FIRST_EXAMPLES, task.inputs[:size]
        yield words.ALL_EXAMPLES, task.inputs
        yield from self._of_step(self.at)
        for s, one in enumerate(steps):
            yield words.rows_of(s + 1), one.given[0]
            for k, array in enumerate(one.given[1:]):
                yield words.output_of(self._layer(k), s + 1), array

    def _of_step(self, at: int) -> Iterator[tuple[str, Array]]:
        step = self.script.steps[at]
        count = len(step.after)
        yield words.THE_BATCH, step.given[0]
        for k in range(count):
            yield words.output_of(self._layer(k)), step.given[k + 1]
            yield words.returned_by(self._layer(k)), step.returned[k]
            yield words.output_after(self._layer(k)), step.after[k]
        yield words.RETURNED_BY_LOSS, step.returned[count]


def alike(value: Array | None, expected: Array) -> bool:
    """Tell whether an argument is the expected array."""
    if value is None or value.shape != expected.shape:
        return False
    margin = TOLERANCE * float(np.abs(expected).max(initial=0.0))
    return bool(np.all(np.abs(value - expected) <= margin))


def _ratio(value: Array, expected: Array) -> float | None:
    """Return the one factor between two arrays, or ``None``."""
    size = float(np.vdot(expected, expected))
    factor = float(np.vdot(expected, value)) / size if size else 0.0
    return factor if factor and alike(value, factor * expected) else None


def _judge_losses(script: Script, arrays: Mapping[str, Array]) -> Judgement:
    """Compare what the loop returned with what the loss of the script said."""
    right, got = script.losses[:, BEFORE], arrays.get("losses")
    if got is None or got.shape != right.shape or got.dtype.kind not in "fiu":
        return Judgement(right=False)
    with np.errstate(all="ignore"):
        wrong = ~(np.abs(got - right) <= TOLERANCE * np.abs(right))
    if not wrong.any():
        return Judgement(right=True)
    step = int(np.argmax(wrong)) + 1
    return Judgement(right=False, message=words.other_loss(step))
