"""Objects of the student's used step by step, and what is there in between.

In place of one forward and one backward, the option ``steps`` lists what is done with
named objects. A round is a set of inputs: the array ``x`` of round ``one`` comes as
``one.x``. The steps, each a list:

``create object round``
    Make an object; a layer takes the parameters of the round.
``forward object round result``, ``backward object round result``
    Call the method with fresh copies of the round's arrays and keep what it returned
    under a name, not as a copy. ``backward`` is left out where there is none.
``take result prefix``
    Give what the result holds now, as ``prefix.name``.
``given result prefix``
    Give the arrays that were handed over in that call, as they are now.
``parameters object prefix``
    Give the parameters of a layer as they are now.
``random prefix``
    Give the state of the old random numbers of NumPy and of Python.
``repeat object round times methods``
    Call the methods one after the other so often, with the same arrays, and drop what
    they return.

The option ``layouts`` names, by round, how its arrays lie in memory: ``fortran`` order,
or ``reversed`` with a negative stride.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any, Final

import numpy as np

from grader.contract.messages import Array, Phase
from worker.runner.bindings.base import Answers, Progress, Request
from worker.runner.bindings.instances import (
    INSTANCES,
    Arrays,
    Instance,
    Options,
    Readers,
    read,
)
from worker.runner.results import to_array

_PHASES: Final = {"forward": Phase.FORWARD, "backward": Phase.BACKWARD}


Maker = Callable[[Options, Arrays], Instance]
"""Makes an object that takes the parameters among the arrays."""


def answer(student: ModuleType, request: Request, progress: Progress) -> Answers:
    """Do the steps of a request in order with objects of the student's class."""
    make = partial(INSTANCES[str(request.options["family"])], student)
    yield from steps(make, request, progress)


def steps(make: Maker, request: Request, progress: Progress) -> Answers:
    """Do the steps of a request in order.

    Raises
    ------
    LookupError
        If a step is unknown, or names what is not there; the check is wrong then.
    """
    yield from _Run(make, request, progress).do(request.options["steps"])


class _Run:
    """What the steps so far have made."""

    def __init__(self, make: Maker, request: Request, progress: Progress) -> None:
        self._make = make
        self._options = request.options
        self._arrays = request.arrays
        self._progress = progress
        self._layouts: Mapping[str, str] = request.options.get("layouts", {})
        self._objects: dict[str, Instance] = {}
        self._results: dict[str, Readers] = {}
        self._handed: dict[str, dict[str, Array]] = {}

    def do(self, steps: Sequence[Sequence[Any]]) -> Answers:
        for word, *arguments in steps:
            if word not in self._WORDS:
                raise LookupError(f"sequences: there is no step {word!r}")
            yield from self._WORDS[word](self, *arguments)

    def _create(self, name: str, round_name: str) -> Answers:
        self._progress.enter(Phase.CONSTRUCT)
        arrays = self._round(round_name)
        self._objects[name] = self._make(self._options, arrays)
        yield {}

    def _call(self, word: str, name: str, round_name: str, result: str) -> Answers:
        thing = self._objects[name]
        if word == "backward" and not thing.has_backward:
            self._results[result], self._handed[result] = {}, {}
            return
        self._progress.enter(_PHASES[word])
        handed = self._round(round_name)
        call = thing.forward if word == "forward" else thing.backward
        self._results[result] = call(handed)
        self._handed[result] = {key: handed[key] for key in thing.inputs[word]}
        yield {}

    def _take(self, result: str, prefix: str) -> Answers:
        yield from read(self._results[result], f"{prefix}.")

    def _given(self, result: str, prefix: str) -> Answers:
        yield {
            f"{prefix}.{name}": to_array(value, name)
            for name, value in self._handed[result].items()
        }

    def _parameters(self, name: str, prefix: str) -> Answers:
        yield from read(self._objects[name].parameters(), f"{prefix}.")

    def _random(self, prefix: str) -> Answers:
        yield {f"{prefix}.random": _random_state()}

    def _repeat(
        self, name: str, round_name: str, times: int, methods: Sequence[str]
    ) -> Answers:
        thing, handed = self._objects[name], self._round(round_name)
        self._progress.enter(_PHASES[methods[-1]])
        calls = [thing.bound(word, handed) for word in methods]
        for _ in range(times):
            for call in calls:
                call()
        yield {}

    def _round(self, name: str) -> dict[str, Array]:
        """Return fresh copies of the arrays of a round, laid out as is asked."""
        lay_out = _LAYOUTS[self._layouts.get(name, "")]
        start = f"{name}."
        return {
            key.removeprefix(start): lay_out(array)
            for key, array in self._arrays.items()
            if key.startswith(start)
        }

    _WORDS: Final[Mapping[str, Callable[..., Answers]]] = {
        "create": _create,
        "forward": lambda self, *arguments: self._call("forward", *arguments),
        "backward": lambda self, *arguments: self._call("backward", *arguments),
        "take": _take,
        "given": _given,
        "parameters": _parameters,
        "random": _random,
        "repeat": _repeat,
    }


def _backwards(array: Array) -> Array:
    """Return the same numbers with a negative stride along every axis."""
    turned = (slice(None, None, -1),) * array.ndim
    return np.array(array[turned])[turned] if array.ndim else array.copy()


_LAYOUTS: Final[Mapping[str, Callable[[Array], Array]]] = {
    "": partial(np.array, order="C"),
    "fortran": partial(np.array, order="F"),
    "reversed": _backwards,
}


def _random_state() -> Array:
    """Return the state of both old generators as one row of whole numbers."""
    legacy: Any = np.random.get_state()  # noqa: NPY002 - students use this one
    _, words, position, has_gauss, gauss = legacy
    # A spare normal number is compared by its bits.
    spare = int(np.float64(gauss).view(np.int64))
    _, plain, next_gauss = random.getstate()
    kept = hash(next_gauss) if next_gauss is not None else 0
    tail = [position, has_gauss, spare, kept, *plain]
    return np.array([*words.tolist(), *tail], dtype=np.int64)
