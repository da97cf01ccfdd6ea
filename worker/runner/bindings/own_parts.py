"""A function of an own ``binding.py``, used as an object with forward and backward.

Such a function yields its outputs, and its gradients afterwards. In between it waits:
other functions can be called, and what it will read as ``grad_out`` is filled in. So
functions can be put together as layers are, and forward and backward be told apart.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from grader.contract.messages import Array
from worker.runner.bindings import binding_tools
from worker.runner.bindings.instances import Arrays, Instance, Options, Readers, names
from worker.runner.bindings.networks import Station
from worker.runner.bindings.own_functions import OwnFunction
from worker.runner.faults import BindingMistakeError, WrongShapeError
from worker.runner.results import to_array


class OwnPart(Instance):
    """One use of a function after the other; each forward is a new one.

    Parameters
    ----------
    arrays
        Parameters among them are handed over in every use, always the same arrays.
    """

    def __init__(self, function: OwnFunction, options: Options, arrays: Arrays) -> None:
        self._function, self._options = function, options
        self._held = {name: arrays[name] for name in names(options, "parameters")}
        self._states = names(options, "states")
        is_loss = options["family"] == "loss"
        self._outputs = names(options, "outputs", "loss" if is_loss else "out")
        self._gradients = names(options, "gradients")
        self._upstreams = names(options, "upstreams")
        self.inputs = {
            "forward": names(options, "inputs", "x"),
            "backward": self._upstreams,
        }
        self.has_backward = bool(self._gradients if is_loss else self._upstreams)
        self._handed: dict[str, Any] = {}
        self._results: Iterator[Mapping[str, Any]] = iter(())
        self._got: dict[str, Any] = {}

    def forward(self, arrays: Arrays) -> Readers:
        """Call the function and wait for its outputs."""
        self._begin(arrays)
        return self._readers(self._outputs)

    def backward(self, arrays: Arrays) -> Readers:
        """Let the function go on to its end."""
        self._finish(arrays)
        return self._readers(self._gradients)

    def parameters(self) -> Readers:
        """Return how to read what was handed over."""
        return {name: partial(np.array, value) for name, value in self._held.items()}

    def bound(self, word: str, arrays: Arrays) -> Callable[[], Any]:
        """Return the part of a use that is timed; it says nothing on its way."""
        step = self._begin if word == "forward" else self._finish
        return partial(self._quietly, step, arrays)

    def raw(self, name: str) -> Any:
        """Return a result as it was given, not a copy."""
        return self._got[name]

    def _quietly(self, step: Callable[[Arrays], None], arrays: Arrays) -> None:
        with binding_tools.silence():
            step(arrays)

    def _begin(self, arrays: Arrays) -> None:
        plain = (*self.inputs["forward"], *self._states)
        # Whoever reads this before it is filled in is found out.
        ahead = {name: np.full_like(arrays[name], np.nan) for name in self._upstreams}
        given = {name: arrays[name] for name in plain}
        self._handed = {**given, **self._held, **ahead}
        self._results = self._function.results(self._handed, self._options)
        self._got = {}
        for part in self._results:
            self._got.update(part)
            if all(name in self._got for name in self._outputs):
                break
        self._require(self._outputs)
        if self._upstreams and any(name in self._got for name in self._gradients):
            raise self._mistake(
                "gives gradients together with its outputs; yield the outputs first"
            )

    def _finish(self, arrays: Arrays) -> None:
        for name in self._upstreams:
            self._fill(name, arrays[name])
        for part in self._results:
            self._got.update(part)
        for name in self._upstreams:
            _copy(self._handed[name], arrays[name])
        self._require(self._gradients)
        self._require_patience(arrays)

    def _fill(self, name: str, value: Any) -> None:
        ahead = self._handed[name]
        if np.shape(value) != ahead.shape:
            raise WrongShapeError(
                f"what comes back to {self._options['component']} has shape "
                f"{np.shape(value)}; expected {ahead.shape}."
            )
        np.copyto(ahead, value, casting="unsafe")

    def _require(self, wanted: Sequence[str]) -> None:
        for name in wanted:
            if name not in self._got:
                raise self._mistake(f"gave no {name}")

    def _require_patience(self, arrays: Arrays) -> None:
        """Refuse a function that read an upstream gradient too early.

        Its gradients are NaN then, and not if it is given all at once.
        """
        upstreams = {name: np.asarray(arrays[name]) for name in self._upstreams}
        if any(_has_nan(value) for value in upstreams.values()):
            return
        odd = [name for name in self._gradients if _has_nan(self._got[name])]
        if not odd or not upstreams:
            return
        at_once: dict[str, Any] = {}
        given = {**self._handed, **upstreams}
        for part in self._function.results(given, self._options):
            at_once.update(part)
        if not any(_has_nan(at_once.get(name)) for name in odd):
            raise self._mistake(
                f"reads {' or '.join(upstreams)} before it has yielded its outputs"
            )

    def _mistake(self, what: str) -> BindingMistakeError:
        return BindingMistakeError(f"binding.py: {self._function.action} {what}")

    def _readers(self, wanted: Sequence[str]) -> Readers:
        spoken: Mapping[str, str] = self._options.get("names", {})
        return {
            name: partial(to_array, self._got[name], f"{spoken.get(name, name)} is")
            for name in wanted
        }


def _copy(source: Array, target: Any) -> None:
    """Let whoever handed an array over see what became of it."""
    if isinstance(target, np.ndarray) and target.flags.writeable:
        np.copyto(target, source, casting="unsafe")


def _has_nan(value: Any) -> bool:
    found = np.asarray(value)
    return found.dtype.kind == "f" and bool(np.isnan(found).any())


class OwnStation(Station):
    """A layer of a network that is a function of ``binding.py``.

    Each batch uses the function anew.
    """

    def __init__(
        self, function: OwnFunction, number: int, spec: Options, parameters: Arrays
    ) -> None:
        super().__init__(number, str(spec["component"]))
        self._function, self._spec = function, spec
        self._parameters = parameters
        self._part = OwnPart(function, spec, parameters)
        self._read: Readers = {}

    def forward(self, value: Any, states: Arrays) -> Any:
        """Use the function once more, up to its outputs."""
        (upstream,) = names(self._spec, "upstreams")
        shape = tuple(self._spec["upstream_shape"])
        (x,) = names(self._spec, "inputs")
        self._part = OwnPart(self._function, self._spec, self._parameters)
        given = {x: value, **states, upstream: np.zeros(shape)}
        self._read = self._part.forward(given)
        return self._part.raw("out")

    def states(self) -> Readers:
        """Return how to read the states that forward gave."""
        return {name: self._read[name] for name in names(self._spec, "read_states")}

    def backward(self, upstream: Any) -> Any:
        """Let the function go on with what came back."""
        (name,) = names(self._spec, "upstreams")
        self._read = self._part.backward({name: upstream})
        return self._part.raw("grad_x")

    def gradients(self) -> Readers:
        """Return how to read the gradients of the parameters."""
        wanted = [f"grad_{name}" for name in names(self._spec, "parameters")]
        return {name: self._read[name] for name in wanted}


class OwnLoss:
    """The loss of a network that is a function of ``binding.py``."""

    def __init__(self, function: OwnFunction, options: Options) -> None:
        self.name = str(options["component"])
        self._part = OwnPart(function, options, {})
        self._inputs = names(options, "inputs")
        self._gradients = names(options, "gradients")

    def forward(self, value: Any, targets: Array) -> Array:
        """Use the function once more."""
        given = dict(zip(self._inputs, (value, targets), strict=True))
        return self._part.forward(given)["loss"]()

    def backward(self) -> Any:
        """Return the gradient as it was given."""
        self._part.backward({})
        (name,) = self._gradients
        return self._part.raw(name)
