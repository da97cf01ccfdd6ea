"""Run a student's loop over stand-ins that answer from a script and write down calls.

No formula of a network is here: the stand-ins give out arrays that came with the
request. What they write down is judged outside. It comes from the student's process, so
it could be made up; but a made-up record is believed only if it shows the very sequence
of calls that a right loop makes.
"""

from collections.abc import Callable, Mapping
from itertools import product
from types import ModuleType
from typing import Any, Final

import numpy as np

from grader.contract.loop_events import NO_ARRAY, LoopEvent, fingerprint
from grader.contract.messages import Array, Phase
from worker.runner.bindings.base import Answers, Progress, Request
from worker.runner.bindings.looks import Looks
from worker.runner.bindings.parts import construct, find
from worker.runner.bindings.places import Places, stand_in
from worker.runner.faults import StudentFaultError
from worker.runner.results import to_array

# A right loop makes few calls; one that never ends is stopped.
MOST_EVENTS: Final = 3000
MOST_NUMBERS: Final = 3_000_000
# Relative difference at which an array is still the one of the script.
ALIKE: Final = 1e-5
BEFORE, AFTER = 0, 1
# What the loss is said to be where no right number is known: finite, and no right one.
ODD: Final = 1.5


class TooManyCallsError(BaseException):
    """Ends a loop that goes on; no ``except Exception`` holds it back."""


class Record:
    """Every call in order, with the numbers of its argument."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int, int]] = []
        self._numbers: list[Array] = []
        self._size = 0

    def note(self, event: LoopEvent, layer: int, argument: Any) -> None:
        """Write down one call."""
        numbers = _readable(argument)
        if numbers is None:
            self._rows.append((event, layer, NO_ARRAY, 0))
            return
        columns = numbers.shape[1] if numbers.ndim > 1 else 0
        self._rows.append((event, layer, numbers.shape[0], columns))
        self._numbers.append(numbers.ravel())
        self._size += numbers.size
        if len(self._rows) > MOST_EVENTS or self._size > MOST_NUMBERS:
            raise TooManyCallsError

    def arrays(self) -> dict[str, Array]:
        """Return the record as two arrays."""
        return {
            "events": np.array(self._rows, dtype=np.int64).reshape(-1, 4),
            "arguments": np.concatenate([*self._numbers, np.empty(0)]),
        }


def _readable(argument: Any) -> Array | None:
    try:
        array = np.asarray(argument, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return array.copy() if array.ndim in (1, 2) and len(array) else None


class Stage:
    """The script, and how far the run over it has come."""

    def __init__(self, request: Request) -> None:
        arrays = request.arrays
        self.record = Record()
        self.batches = [row[row >= 0] for row in arrays["batches"]]
        layers, self.of_loss = request.options["layers"], loss_looks(request)
        first = Looks(layers[0].get("looks", {}))
        self.inputs = first.taken("x", arrays["X"])
        self.labels = self.of_loss.taken("labels", arrays["y"])
        self.script = {
            name.removeprefix("script."): value
            for name, value in arrays.items()
            if name.startswith("script.")
        }
        self.taken = 0

    @property
    def now(self) -> int:
        """Return the step that the run is in; the last one when all are done."""
        return min(self.taken, len(self.batches) - 1)

    def row(self, name: str, step: int) -> Array:
        """Return what the script holds for one batch, without its filling."""
        row: Array = self.script[name][step]
        return row[: len(self.batches[step])]

    def recognised(self, layer: int, x: Any) -> tuple[int, int] | None:
        """Return at which step a layer gets ``x``, and if before or after the update.

        The loss counts as the layer after the last.
        """
        steps = [self.now, *range(len(self.batches))]
        if layer == 0:
            for step in steps:
                if _same(x, self.inputs[self.batches[step]]):
                    return step, AFTER if self.taken > step else BEFORE
            return None
        for step, (when, name) in product(steps, enumerate(("out", "after"))):
            if _same(x, self.row(f"{name}.{layer - 1}", step)):
                return step, when
        return None


def _same(got: Any, expected: Array) -> bool:
    if np.shape(got) != expected.shape:
        return False
    return bool(np.allclose(got, expected, rtol=ALIKE, atol=ALIKE * 1e-3))


def loss_looks(request: Request) -> Looks:
    """Return how ``scores``, ``labels`` and ``gradient`` of the loss look."""
    return Looks(request.options.get("loss_looks", {}))


class StandIn:
    """Passes for an object of the student's class.

    What the script does not know, such as a method of the student's own, is asked of a
    real object of that class.
    """

    def __init__(self, stage: Stage, build: Callable[[], Any]) -> None:
        self._stage = stage
        self._build = build
        self._own: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._own is None:
            self._own = self._build()
        return getattr(self._own, name)


class ScriptedLayer(StandIn):
    """Answers ``forward`` and ``backward`` from the script.

    Parameters
    ----------
    spec
        Says how the script's arrays, which are in rows, look for the student, and in
        which attributes they are.
    """

    def __init__(
        self,
        stage: Stage,
        build: Callable[[], Any],
        index: int,
        names: dict[str, str],
        spec: Mapping[str, Any],
    ) -> None:
        super().__init__(stage, build)
        self._index, self._names = index, names
        self._looks, self._places = Looks(spec.get("looks", {})), Places(spec)
        self._rows = 0
        values = {
            own: self._looks.shown(own, stage.script[f"params.{name}"][0]).copy()
            for own, name in names.items()
        }
        stand_in(self, values, self._places)

    def forward(self, *given: Any, **named: Any) -> Array:
        """Return the output that belongs to an input of the script, else a near one."""
        first, _ = _first_two(given, named)
        stage, k, x = self._stage, self._index, self._looks.taken("x", first)
        stage.record.note(LoopEvent.FORWARD, k, x)
        self._rows = len(x) if np.ndim(x) else 1
        step, when = stage.recognised(k, x) or (stage.now, BEFORE)
        name = "after" if when == AFTER else "out"
        out = _fitted(stage.row(f"{name}.{k}", step), self._rows or 1)
        return self._looks.shown("out", out)

    __call__ = forward

    def backward(self, *given: Any, **named: Any) -> Array:
        """Fill ``grads`` and return the gradient of the step that the run is in."""
        grad_out, _ = _first_two(given, named)
        stage, k, looks = self._stage, self._index, self._looks
        stage.record.note(LoopEvent.BACKWARD, k, looks.taken("grad_out", grad_out))
        for own, name in self._names.items():
            gradient = stage.script[f"grads.{name}"][stage.now]
            shown = looks.shown(f"grad_{own}", gradient).copy()
            self._places.of(f"grad_{own}").plant(self, shown)
        back = _fitted(stage.row(f"back.{k}", stage.now), self._rows or 1)
        return looks.shown("grad_x", back)

    def held(self, prefix: str) -> list[float]:
        """Return a fingerprint of each parameter or gradient; NaN if it is odd.

        Parameters
        ----------
        prefix
            ``"grad_"`` for gradients, nothing for parameters.
        """
        found = []
        for own, name in self._names.items():
            value = self._looks.taken(
                f"{prefix}{own}", self._own_array(f"{prefix}{own}")
            )
            shape = self._stage.script[f"params.{name}"].shape[1:]
            fits = value is not None and np.shape(value) == shape
            found.append(fingerprint(value) if fits else np.nan)
        return found

    def move_on(self, step: int) -> None:
        """Put in the parameters that the right run has after ``step`` steps."""
        for own, name in self._names.items():
            values = self._stage.script[f"params.{name}"]
            value = self._looks.shown(own, values[min(step, len(values) - 1)])
            held = self._own_array(own)
            # In place, as most optimizers do, so that other names for it stay valid.
            if held is not None and _takes(held, value):
                held[...] = value
            else:
                self._places.of(own).plant(self, value.copy())

    def _own_array(self, name: str) -> Array | None:
        """Return what is where a parameter or gradient belongs, if it is numbers."""
        try:
            value = self._places.of(name).read(self, "")
        except StudentFaultError:
            return None
        fits = isinstance(value, np.ndarray) and value.dtype.kind in "fiu"
        return value if fits else None


def _takes(held: Array, value: Array) -> bool:
    fits = held.shape == value.shape and held.dtype.kind == "f"
    return bool(fits and held.flags.writeable)


class ScriptedLoss(StandIn):
    """Answers ``forward`` and ``backward`` of the loss from the script."""

    def __init__(self, stage: Stage, build: Callable[[], Any], index: int) -> None:
        super().__init__(stage, build)
        self._index = index

    def forward(self, *given: Any, **named: Any) -> Any:
        """Return the loss that belongs to known scores and labels, else an odd one."""
        stage, looks = self._stage, self._stage.of_loss
        first, second = _first_two(given, named)
        scores, labels = looks.taken("scores", first), looks.taken("labels", second)
        stage.record.note(LoopEvent.SCORES, 0, scores)
        stage.record.note(LoopEvent.LABELS, 0, labels)
        found = stage.recognised(self._index, scores)
        losses = stage.script["loss"]
        if found and _same(labels, stage.labels[stage.batches[found[0]]]):
            return losses[found]
        return losses[stage.now, BEFORE] * ODD

    __call__ = forward

    def backward(self, *given: Any, **named: Any) -> Array:
        """Return the gradient of the step that the run is in."""
        stage = self._stage
        stage.record.note(LoopEvent.LOSS_BACKWARD, 0, None)
        gradient = stage.row(f"back.{self._index}", stage.now)
        return stage.of_loss.shown("gradient", gradient).copy()


class ScriptedOptimizer(StandIn):
    """Moves the stand-ins on to the parameters of the next step."""

    def __init__(
        self, stage: Stage, build: Callable[[], Any], layers: list[ScriptedLayer]
    ) -> None:
        super().__init__(stage, build)
        self._layers = layers

    def step(self, *given: Any, **named: Any) -> None:
        """Write down what it finds, and move on."""
        stage = self._stage
        found = [
            number
            for prefix in ("grad_", "")
            for layer in self._layers
            for number in layer.held(prefix)
        ]
        stage.record.note(LoopEvent.STEP, 0, found)
        stage.taken += 1
        for layer in self._layers:
            layer.move_on(stage.taken)

    def lookahead(self) -> None:
        """Do nothing: the script's parameters are there already."""


def _first_two(given: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[Any, Any]:
    first, second, *_ = (*given, *named.values(), None, None)
    return first, second


def _fitted(array: Array, rows: int) -> Array:
    """Return a copy with as many rows as asked for."""
    if len(array) == rows:
        return array.copy()
    return np.resize(array, (rows, *array.shape[1:]))


def answer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Run the student's function over the stand-ins; give the record and its result.

    A loop that goes on after far too many calls is ended; then there are no losses.
    """
    name = str(request.options.get("function", "train"))
    function = find(student, name)
    stage = Stage(request)
    layers, loss, optimizer = _parts(student, request, stage)
    progress.enter(Phase.TRAIN)
    arrays = request.arrays
    try:
        losses = function(
            layers, loss, optimizer, arrays["X"], arrays["y"], stage.batches
        )
    except TooManyCallsError:
        yield stage.record.arrays()
        return
    except BaseException:
        yield stage.record.arrays()
        raise
    yield stage.record.arrays()
    yield {"losses": to_array(losses, f"{name} returned")}


def _parts(
    student: ModuleType, request: Request, stage: Stage
) -> tuple[list[Any], Any, Any]:
    """Return the stand-ins for the layers, the loss and the optimizer."""
    options = request.options
    layers: list[Any] = []
    for index, spec in enumerate(options["layers"]):
        named = {str(own): str(key) for own, key in spec.get("params", {}).items()}
        kind, build = _passing(ScriptedLayer, student, spec)
        layers.append(kind(stage, build, index, named, spec))
    kind, build = _passing(ScriptedLoss, student, {"component": options["loss"]})
    loss = kind(stage, build, len(layers))
    kind, build = _passing(ScriptedOptimizer, student, options["optimizer"], layers)
    return layers, loss, kind(stage, build, layers)


def _passing(
    stand_in: type[StandIn], student: ModuleType, spec: Mapping[str, Any], *before: Any
) -> tuple[Callable[..., Any], Callable[[], Any]]:
    """Return a class that passes for the student's, and how to build a real object."""
    name = str(spec["component"])

    def build() -> Any:
        return construct(student, name, spec.get("construct", ()), *before)

    own = getattr(student, name, None)
    if not isinstance(own, type):
        return stand_in, build
    # isinstance asks for __class__ as well.
    return type(name, (stand_in,), {"__class__": property(lambda _: own)}), build
